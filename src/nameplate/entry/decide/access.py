"""`/access/v1/*`: AuthZEN for enforcement points that bring a bearer token."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from nameplate.domain.asked import Asked
from nameplate.domain.names import resource_kind
from nameplate.domain.points import Caller
from nameplate.domain.requests import NOTHING, AccessRequest
from nameplate.domain.traces import read_trace
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.entry.operations import Answer, Who, operation
from nameplate.flows.authorize import Authorizer, Weighed

from . import asking, authzen
from .app import request_id
from .exchange import Answering
from .replies import JSON, Headers, HttpError, Receive, Reply, Scope, Send, encode, header, reply_json

_PHYSICAL = frozenset({"door", "lift"})
_STOPS_BATCH = {"deny_on_first_deny": False, "permit_on_first_permit": True}


NO_HEADERS: Headers = []


class Asking(NamedTuple):
    """Who asks, when (microseconds, UTC), and what of the head of the request goes back with the answer."""

    asked: Asked
    at: int
    simulate: bool
    echo: Headers


class Metadata(msgspec.Struct):
    """Where everything is (AuthZEN 1.0, section 9.1)."""

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str
    search_subject_endpoint: str
    search_resource_endpoint: str
    search_action_endpoint: str


class Decided(msgspec.Struct):
    """A decision as `access check` prints it: `permit` or `deny`, the reason that counted, and all of them."""

    decision: str
    reason: str
    reasons: tuple[str, ...]
    decision_id: str
    contract_revision: str


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

    def questions(self) -> dict[str, Answering]:
        """What is asked all the time."""
        return {"/access/v1/evaluation": self.evaluation, "/access/v1/evaluations": self.evaluations}

    @operation(
        "POST /access/v1/evaluation",
        Who.POINT,
        Answer(asking.Told, problems=(503,)),
        asking.Question,
        exchange=True,
    )
    def evaluation(self, headers: Headers, body: bytes, reply: Reply) -> None:
        """One question (AuthZEN 1.0, section 6)."""
        asking = self.asking(headers)
        self._answer_one(authzen.read_evaluation(body), asking, reply)

    @operation(
        "POST /access/v1/evaluations",
        Who.POINT,
        Answer((asking.AllTold, asking.Told), problems=(503,)),
        (asking.BatchIn, asking.Question),
        exchange=True,
    )
    def evaluations(self, headers: Headers, body: bytes, reply: Reply) -> None:
        """A batch (AuthZEN 1.0, section 7); without items it is a single question."""
        asking = self.asking(headers)
        batch = authzen.read_evaluations(body)
        if not batch.evaluations:
            self._answer_one(batch, asking, reply)
            return
        weighed, faulty = self._weigh_all(batch, asking)

        def told(decisions: Sequence[Decision]) -> None:
            answers = [authzen.answer(decision) for decision in decisions]
            for place, answer in faulty.items():
                answers.insert(place, answer)
            reply(200, encode(authzen.Answers(answers)), [JSON, *asking.echo])

        self._authorizer.when_durable(self._authorizer.record(weighed), told)

    def _answer_one(self, evaluation: authzen.Evaluation, asking: Asking, reply: Reply) -> None:
        pending = self._authorizer.record([self._weigh(evaluation, asking)])
        self._authorizer.when_durable(
            pending, lambda decisions: reply(200, encode(authzen.answer(decisions[0])), [JSON, *asking.echo])
        )

    @operation("GET /.well-known/authzen-configuration", Who.EVERYBODY, Answer(Metadata))
    async def configuration(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Metadata (AuthZEN 1.0, section 9)."""
        host = header(scope, b"host").decode("latin-1") or "localhost"
        base = f"{scope['scheme']}://{host}"
        search = f"{base}/access/v1/search"
        metadata = Metadata(
            base,
            f"{base}/access/v1/evaluation",
            f"{base}/access/v1/evaluations",
            f"{search}/subject",
            f"{search}/resource",
            f"{search}/action",
        )
        await reply_json(send, metadata, headers=request_id(scope["headers"]))

    def _weigh_all(
        self, batch: authzen.Batch | authzen.RawBatch, asking: Asking
    ) -> tuple[list[Weighed], dict[int, authzen.Answer]]:
        """The verdicts, and the answers to items that cannot be understood, by their place."""
        stop_on = _STOPS_BATCH.get(batch.options.evaluations_semantic) if batch.options else None
        weighed, faulty = list[Weighed](), dict[int, authzen.Answer]()
        shared, told = batch.context, authzen.circumstances(batch.context or NOTHING)
        items: Sequence[authzen.Evaluation | msgspec.Raw] = batch.evaluations or ()
        for place, item in enumerate(items):
            try:
                whole = item if isinstance(item, authzen.Evaluation) else authzen.read_item(item, batch)
                each = self._weigh(whole, asking, told if whole.context is shared else None)
            except HttpError as error:
                faulty[place] = authzen.faulty(error)
                permit = False
            else:
                weighed.append(each)
                permit = each[0].permit
            if permit is stop_on:
                break
        return weighed, faulty

    def _weigh(
        self, evaluation: authzen.Evaluation, asking: Asking, told: authzen.Circumstances | None = None
    ) -> Weighed:
        asked, at, simulate, _ = asking
        request = authzen.question(evaluation, self._subject_types, at, told)
        if not simulate:
            return self._authorizer.decide(request, asked)
        request, asked = simulated(request, asked)
        if asked.simulated and is_made_up(request):
            return Verdict(False, Reason.SIMULATED_EFFECT, (Reason.SIMULATED_EFFECT,)), request, asked
        return self._authorizer.decide(request, asked)

    def question(self, evaluation: authzen.Evaluation, asking: Asking) -> tuple[AccessRequest, Asked]:
        """The request that an evaluation means, at the time that counts for its caller; raises HttpError 400."""
        request = authzen.question(evaluation, self._subject_types, asking.at)
        return simulated(request, asking.asked) if asking.simulate else (request, asking.asked)

    def asking(self, headers: Headers) -> Asking:
        """Who asks; raises HttpError 401 for strangers, 400 for what is not JSON."""
        given = dict(reversed(headers))  # the first of each name counts
        caller = self._caller(given.get(b"authorization", b""))
        if given.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            message = "The body must be application/json."
            raise HttpError(400, "content_type", message, "Send Content-Type: application/json.")
        if b"x-request-id" not in given and b"traceparent" not in given:
            return Asking(Asked(caller.name), self._clock(), caller.simulate, NO_HEADERS)
        echo, trace = request_id(headers), read_trace(given.get(b"traceparent", b""))
        own = echo[0][1].decode("ascii") if echo else None
        return Asking(Asked(caller.name, own, trace=trace), self._clock(), caller.simulate, echo)

    def _caller(self, authorization: bytes) -> Caller:
        scheme, _, token = authorization.partition(b" ")
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


def simulated(request: AccessRequest, asked: Asked) -> tuple[AccessRequest, Asked]:
    """What a caller who may simulate asks: at the time that it names, and then without an effect."""
    if "time" not in request.context:
        return request, asked
    moment = authzen.simulated_time(request.context)
    return request._replace(at=request.at if moment is None else moment), asked._replace(simulated=True)


def is_made_up(request: AccessRequest) -> bool:
    """Whether what is asked at a time of its own is about a door: that must never open anything."""
    return resource_kind(request.resource) in _PHYSICAL


def decided(decision: Decision) -> tuple[str, str, tuple[str, ...], str, str]:
    """The fields of `Decided`."""
    verdict = decision.verdict
    word = "permit" if verdict.permit else "deny"
    return word, verdict.reason, verdict.reasons, decision.decision_id, verdict.contract
