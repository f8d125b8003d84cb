"""Proposals of risky acts over HTTP: listed, approved with a passkey, withdrawn; what they answered, once."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from nameplate.domain.acts import act_named
from nameplate.domain.proposals import Proposal
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Page, Who, operation
from nameplate.flows.propose import Answered, Asked, Proposals

from .app import App
from .callers import Caller
from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply, reply_json
from .signin import ChallengeOut, admitted, step_up

LISTED = 500


class ProposalOut(msgspec.Struct):
    """A proposal. `state`: open, or how it ended. `roles`: who may approve it. `digest`: SHA-256 of the act, hex."""

    id: str
    act: str
    summary: str
    state: str
    method: str
    path: str
    digest: str
    by: str
    approved_by: list[str]
    needed: int
    roles: list[str]
    at: str
    expires_at: str
    status: int
    approve: str = ""


class ApprovalIn(msgspec.Struct, forbid_unknown_fields=True):
    """An approval: without a nonce and a credential it is only told what is missing."""

    nonce: str = ""
    credential: dict[str, Any] = {}


class ProposalRoutes:
    """Routes. `app` carries out what was approved; it is set once there is one. `origin`: where people are let in."""

    app: App

    def __init__(self, registry: Registry, proposals: Proposals, origin: Callable[[], str]) -> None:
        self._registry, self._proposals, self.origin = registry, proposals, origin

    @operation("GET /v1/proposals", Who.LOCAL, Answer(Page[ProposalOut]))
    async def listed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What waits for people, and what did lately, the newest first."""
        local_caller(scope)
        found = sorted(self._registry.proposals.values(), key=lambda each: each.at, reverse=True)[:LISTED]
        await reply_json(send, Page([shown(each) for each in found], ""))

    @operation("GET /v1/proposals/{proposal}", Who.LOCAL, Answer(ProposalOut, problems=(404,)))
    async def one(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One of them."""
        local_caller(scope)
        found = shown(self._proposals.get(_ident(scope)))
        found.approve = f"{self.origin()}/console/approvals/{found.id}"
        await reply_json(send, found)

    @operation("POST /v1/proposals/{proposal}/challenge", Who.PERSON, Answer(ChallengeOut, problems=(404, 409, 503)))
    async def challenge(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What a browser needs to have somebody prove themselves for exactly this act, within two minutes."""
        caller = admitted(scope)
        found = self._proposals.challenge(_ident(scope), caller.person)
        await reply_json(send, ChallengeOut(found["nonce"], found["options"]))

    @operation(
        "POST /v1/proposals/{proposal}/approval", Who.PERSON, Answer(ProposalOut, problems=(404, 409, 503)), ApprovalIn
    )
    async def approve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Approve it; with the last approval that is needed it is carried out, byte for byte, before this answers."""
        caller, given = admitted(scope), await read_json(receive, ApprovalIn)
        if not given.nonce or not given.credential:
            raise step_up("An approval takes a fresh proof over exactly this act.")
        proposal, _ = await self._proposals.approve(
            _ident(scope), caller.person, given.nonce, given.credential, self._perform
        )
        await reply_json(send, shown(proposal))

    @operation("POST /v1/proposals/{proposal}/withdrawal", Who.LOCAL, Answer(ProposalOut, problems=(404, 409, 503)))
    async def withdraw(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take it back, or refuse it."""
        proposal = await self._proposals.withdraw(_ident(scope), local_caller(scope))
        await reply_json(send, shown(proposal))

    @operation("POST /v1/proposals/{proposal}/answer", Who.LOCAL, Answer(None, problems=(404, 409)))
    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the act answered: once, for whoever proposed it."""
        answered = self._proposals.take_answer(_ident(scope), local_caller(scope))
        await reply(send, answered.status, answered.body, [(b"content-type", answered.media)])

    async def _perform(self, asked: Asked, names: str) -> Answered:
        """Carry out the very request that was proposed."""
        path, _, query = asked.target.partition(b"?")
        scheme, _, host = self.origin().partition("://")
        scope = {
            "type": "http",
            "scheme": scheme,
            "method": asked.method,
            "path": asked.path,
            "raw_path": path,
            "query_string": query,
            "headers": [(b"content-type", asked.media), (b"host", host.encode())],
            "state": {"caller": Caller(names, approved=True)},
        }
        collected = Collected(asked.body)
        try:
            await self.app.perform(scope, collected.receive, collected.send)
        except Exception as error:  # noqa: BLE001 - what it answers goes to whoever proposed it, as for any request
            problem = self.app.problem(error, scope)
            return Answered(problem.status, b"application/problem+json", msgspec.json.encode(problem))
        return collected.answered()


class Collected:
    """A request of which the body is there, and an answer that is kept."""

    def __init__(self, body: bytes) -> None:
        self._messages = [{"type": "http.request", "body": body, "more_body": False}]
        self._status, self._media, self._pieces = 500, b"", [b""]

    async def receive(self) -> Mapping[str, Any]:
        """The body, then nothing."""
        return self._messages.pop() if self._messages else {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        """Keep it."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._media = dict(message["headers"]).get(b"content-type", b"application/octet-stream")
        else:
            self._pieces.append(message.get("body", b""))

    def answered(self) -> Answered:
        """What was sent."""
        return Answered(self._status, self._media, b"".join(self._pieces))


def shown(proposal: Proposal) -> ProposalOut:
    """As it is told."""
    return ProposalOut(
        proposal.id,
        proposal.act,
        proposal.summary,
        proposal.outcome or "open",
        proposal.method,
        proposal.path,
        proposal.digest,
        proposal.by,
        list(proposal.approved_by),
        proposal.needed,
        sorted(str(role) for role in act_named(proposal.act).approvers),
        rfc3339(proposal.at),
        rfc3339(proposal.expires_at),
        proposal.status,
    )


def _ident(scope: Scope) -> str:
    return str(scope["path"].split("/")[3])
