"""`/access/v1/*`: AuthZEN for enforcement points that bring a bearer token."""

import hashlib
from collections.abc import Callable, Mapping

from nameplate.domain.asked import Asked
from nameplate.domain.names import resource_kind
from nameplate.domain.points import Caller
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.flows.authorize import Authorizer, Pending

from . import authzen
from .app import Route, request_id
from .replies import HttpError, Receive, Scope, Send, header, read_body, reply_json

_PHYSICAL = frozenset({"door", "lift"})
_STOPS_BATCH = {"deny_on_first_deny": False, "permit_on_first_permit": True}


class Access:
    """The AuthZEN endpoints. `callers`: by SHA-256 of their token, hex."""

    def __init__(
        self,
        authorizer: Authorizer,
        callers: Mapping[str, Caller],
        subject_types: frozenset[str],
        clock: Callable[[], int],
    ) -> None:
        self._authorizer, self._callers, self._subject_types, self._clock = authorizer, callers, subject_types, clock

    def routes(self) -> dict[tuple[str, str], Route]:
        """What this serves."""
        return {
            ("POST", "/access/v1/evaluation"): self.evaluation,
            ("POST", "/access/v1/evaluations"): self.evaluations,
            ("GET", "/.well-known/authzen-configuration"): self.configuration,
        }

    async def evaluation(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One question (AuthZEN 1.0, section 6)."""
        caller, echo = self._caller(scope), request_id(scope)
        pending = self._submit(authzen.read_evaluation(await _json(scope, receive)), caller, _asked(caller, echo))
        await reply_json(send, authzen.answer(await self._authorizer.release(pending)), headers=echo)

    async def evaluations(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A batch (AuthZEN 1.0, section 7); without items it is a single question."""
        caller, echo = self._caller(scope), request_id(scope)
        batch = authzen.read_evaluations(await _json(scope, receive))
        if not batch.evaluations:
            pending = self._submit(batch, caller, _asked(caller, echo))
            await reply_json(send, authzen.answer(await self._authorizer.release(pending)), headers=echo)
            return
        submitted = self._submit_all(batch, caller, echo)
        decisions = iter(await self._authorizer.release_all([each for each in submitted if isinstance(each, Pending)]))
        answers = [authzen.answer(next(decisions)) if isinstance(each, Pending) else each for each in submitted]
        await reply_json(send, authzen.Answers(answers), headers=echo)

    async def configuration(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Metadata (AuthZEN 1.0, section 9)."""
        host = header(scope, b"host").decode("latin-1") or "localhost"
        base = f"{scope['scheme']}://{host}"
        metadata = {
            "policy_decision_point": base,
            "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
            "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
        }
        await reply_json(send, metadata, headers=request_id(scope))

    def _submit_all(
        self, batch: authzen.Batch | authzen.RawBatch, caller: Caller, echo: list[tuple[bytes, bytes]]
    ) -> list[Pending | authzen.Answer]:
        stop_on = _STOPS_BATCH.get(batch.options.evaluations_semantic) if batch.options else None
        asked, submitted = _asked(caller, echo), list[Pending | authzen.Answer]()
        for item in batch.evaluations or ():
            try:
                pending = self._submit(authzen.read_item(item, batch), caller, asked)
                submitted.append(pending)
                permit = pending.decision.verdict.permit
            except HttpError as error:
                submitted.append(authzen.faulty(error))
                permit = False
            if permit is stop_on:
                break
        return submitted

    def _submit(self, evaluation: authzen.Evaluation, caller: Caller, asked: Asked) -> Pending:
        request = authzen.question(evaluation, self._subject_types, self._clock())
        if not (caller.simulate and "time" in request.context):
            return self._authorizer.submit(request, asked)
        moment = authzen.simulated_time(request.context)
        at = request.at if moment is None else moment
        return self._simulate(request._replace(at=at), asked._replace(simulated=True))

    def _simulate(self, request: AccessRequest, asked: Asked) -> Pending:
        if resource_kind(request.resource) not in _PHYSICAL:
            return self._authorizer.submit(request, asked)
        # A made-up time must never open anything.
        verdict = Verdict(permit=False, reason=Reason.SIMULATED_EFFECT, reasons=(Reason.SIMULATED_EFFECT,))
        return self._authorizer.record(verdict, request, asked)

    def _caller(self, scope: Scope) -> Caller:
        scheme, _, token = header(scope, b"authorization").partition(b" ")
        # Looked up by its hash: the time this takes says nothing about the token.
        caller = self._callers.get(hashlib.sha256(token).hexdigest()) if scheme.lower() == b"bearer" and token else None
        if caller is None:
            raise HttpError(
                401,
                "unauthenticated",
                "This needs the bearer token of an enforcement point.",
                "Make one: nameplate point token NAME",
            )
        return caller


def _asked(caller: Caller, echo: list[tuple[bytes, bytes]]) -> Asked:
    return Asked(caller.name, echo[0][1].decode("ascii") if echo else None)


async def _json(scope: Scope, receive: Receive) -> bytes:
    kind = header(scope, b"content-type").partition(b";")[0].strip().lower()
    if kind != b"application/json":
        raise HttpError(
            400, "content_type", "The body must be application/json.", "Send Content-Type: application/json."
        )
    return await read_body(receive)


def decision_json(decision: Decision) -> dict[str, object]:
    """A decision as `access check` prints it."""
    verdict = decision.verdict
    return {
        "decision": "permit" if verdict.permit else "deny",
        "reason": verdict.reason,
        "reasons": verdict.reasons,
        "decision_id": decision.decision_id,
        "contract_revision": verdict.contract,
    }
