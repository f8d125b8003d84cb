"""A risky act waits until persons have approved it, each with a fresh proof over exactly this act; then it is done."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from weakref import WeakValueDictionary

from nameplate.domain.acts import Act, act_named, allowed, may_approve
from nameplate.domain.errors import Conflict, NotFound, Refused, Unavailable
from nameplate.domain.people import roles_of
from nameplate.domain.proposals import LIFETIME_US, Outcome, Proposal, act_digest, approval_challenge
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.domain.warrants import Warrant
from nameplate.ports.ledger import Ledger

MAX_OPEN, MAX_EACH = 200, 50
MAX_BODY = 8 * 1024 * 1024
ANSWER_US = 15 * 60 * 1_000_000
APPLY = "POST", "/v1/apply"
PERSON, MACHINE = "person:", "uid:"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, byte for byte. `target`: path and query as they came."""

    method: str
    path: str
    target: bytes
    media: bytes
    body: bytes


class Answered(NamedTuple):
    """What it answered."""

    status: int
    media: bytes
    body: bytes


class Proof(Protocol):
    """That a person proved themselves."""

    @property
    def evidence(self) -> dict[str, str]:
        """What goes on record of it."""
        ...


class Proves(Protocol):
    """Asks persons for passkeys; see `flows.passkeys`."""

    def nonce(self, purpose: str) -> str:
        """A nonce for one purpose."""
        ...

    def request(self, nonce: str, challenge: bytes, person: str = "") -> dict[str, Any]:
        """What a browser needs."""
        ...

    async def prove(
        self, purpose: str, nonce: str, challenge: bytes, assertion: Mapping[str, Any], person: str = ""
    ) -> Proof:
        """Raises Refused."""
        ...


Perform = Callable[[Asked, str], Awaitable[Answered]]
"""(request, in whose name) -> what it answered."""


class Proposals:
    """Owned by one event loop. `warrants`: by whom something may be declared now; see `flows.declare`."""

    def __init__(
        self,
        registry: Registry,
        ledger: Ledger,
        proves: Proves,
        warrants: dict[str, Warrant],
        clock: Callable[[], int],
        raw: Callable[[str], bytes],
    ) -> None:
        self._registry, self._ledger, self._proves = registry, ledger, proves
        self._warrants, self.clock, self._raw = warrants, clock, raw
        self.asked: dict[str, Asked] = {}
        self._answers: dict[str, tuple[int, Answered]] = {}
        self._busy: set[str] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def forget_lost(self) -> None:
        """At a start: what was asked before is not known any more, so nobody can approve it."""
        for each in self._open():
            if each.id not in self.asked:
                await self._close(each, Outcome.LOST)

    async def propose(self, act: Act, asked: Asked, by: str, summary: str, needed: int) -> Proposal:
        """Keep a request until it is approved; raises Conflict when too many wait, and Refused for a huge one."""
        await self._expire()
        waiting = self._open()
        if len(asked.body) > MAX_BODY:
            raise Refused("too_large", f"A proposal holds {MAX_BODY} bytes at most.", "Propose it in several steps.")
        if len(waiting) >= MAX_OPEN or sum(each.by == by for each in waiting) >= MAX_EACH:
            raise Conflict("proposals", "Too many proposals wait already.", "Approve or withdraw some of them.")
        ident = f"pr-{secrets.token_hex(8)}"
        digest = act_digest(ident, asked.method, asked.target, asked.media, asked.body)
        expires = rfc3339(self.clock() + LIFETIME_US)
        record = {"kind": "proposed", "proposal": ident, "act": act.name, "method": asked.method, "path": asked.path}
        record |= {"digest": digest, "summary": summary, "by": by, "expires_at": expires}
        self.asked[ident] = asked
        try:
            await self._ledger.commit(record | {"needed": needed})
        except BaseException:
            del self.asked[ident]
            raise
        return self._registry.proposals[ident]

    def get(self, ident: str) -> Proposal:
        """One of them, also when it is over; raises NotFound."""
        proposal = self._registry.proposals.get(ident)
        if proposal is None:
            raise NotFound("proposal", f"There is no proposal {ident}.", "See `nameplate proposal list`.")
        return proposal

    def manifests(self, ident: str) -> bytes:
        """The body of a request to apply manifests: whoever approves it must see what it changes.

        Raises NotFound for any other act, of which the body may hold a secret.
        """
        asked = self.asked.get(ident)
        if asked is None or (asked.method, asked.path) != APPLY:
            raise NotFound("manifests", f"The proposal {ident} shows no manifests.", "See `nameplate proposal show`.")
        return asked.body

    def challenge(self, ident: str, person: str) -> dict[str, Any]:
        """What a browser needs to have that person prove themselves for exactly this act."""
        proposal = self._to_approve(ident, person)
        nonce = self._proves.nonce(_purpose(proposal, person))
        challenge = approval_challenge(self._raw(nonce), proposal.digest)
        return self._proves.request(nonce, challenge, person) | {"digest": proposal.digest}

    async def approve(
        self, ident: str, person: str, nonce: str, assertion: Mapping[str, Any], perform: Perform
    ) -> tuple[Proposal, Answered | None]:
        """Count an approval; with the last that is needed the act is carried out, and this is what it answered."""
        proposal = self._to_approve(ident, person)
        challenge = approval_challenge(self._raw(nonce), proposal.digest)
        proof = await self._proves.prove(_purpose(proposal, person), nonce, challenge, assertion, person)
        # Something may have happened meanwhile that proof was on its way to the disk.
        proposal = self._to_approve(ident, person)
        self._busy.add(ident)
        try:
            record = {"kind": "proposal_approved", "proposal": ident, "person": person, "digest": proposal.digest}
            await self._ledger.commit(record | {"needed": proposal.needed, **proof.evidence})
            return await self._carry_out(self._registry.proposals[ident], perform)
        finally:
            self._busy.discard(ident)

    async def withdraw(self, ident: str, by: str) -> Proposal:
        """Whoever proposed it, or may approve it, or the machine's own user takes it back.

        Raises NotFound, Conflict and Refused.
        """
        proposal = self._found(ident)
        approves = by.startswith(PERSON) and self._may_approve(proposal, by.removeprefix(PERSON))
        if by != proposal.by and not approves and not by.startswith(MACHINE):
            raise Refused("role", "Only who proposed it, or may approve it, can withdraw it.", "Ask one of them.")
        if ident in self._busy:
            raise Conflict("proposal", "It is being carried out.", "Look at what it did.")
        await self._close(proposal, Outcome.WITHDRAWN, by=by)
        return self._registry.proposals[ident]

    def take_answer(self, ident: str, by: str) -> Answered:
        """What the act answered, once, for whoever proposed it: it may hold a secret."""
        proposal = self._registry.proposals.get(ident)
        kept_at, answered = self._answers.get(ident, (0, None))
        if proposal is None or answered is None or kept_at + ANSWER_US <= self.clock():
            raise NotFound("answer", "There is no answer to take.", "It is told once, and only for a quarter hour.")
        if proposal.by != by:
            raise Refused("proposer", "The answer is for whoever proposed it.", "Ask them.")
        del self._answers[ident]
        return answered

    async def _carry_out(self, proposal: Proposal, perform: Perform) -> tuple[Proposal, Answered | None]:
        approvers = self._approvers(proposal)
        if len(approvers) < proposal.needed:
            return proposal, None
        names = ",".join(PERSON + each for each in approvers)
        # A warrant is found by these names: two acts of the same persons must not use each other's.
        async with self._turns.setdefault(names, asyncio.Lock()):
            if self._approvers(proposal) != approvers:
                return proposal, None
            return await self._perform(proposal, approvers, names, perform)

    async def _perform(
        self, proposal: Proposal, approvers: tuple[str, ...], names: str, perform: Perform
    ) -> tuple[Proposal, Answered | None]:
        if not self._still_wanted(proposal):
            await self._close(proposal, Outcome.FAILED)
            raise Refused("proposer", "Who proposed it may not do so any more.", "Propose it anew.")
        warrant = self._warrants[names] = Warrant(approvers)
        try:
            answered = await perform(self.asked[proposal.id], names)
        finally:
            self._warrants.pop(names, None)
        if warrant.needed > len(approvers):
            await self._raise_needed(proposal, warrant.needed)
            return self._registry.proposals[proposal.id], None
        self._answers[proposal.id] = self.clock(), answered
        outcome = Outcome.DONE if answered.status < 400 else Outcome.FAILED
        await self._close(proposal, outcome, status=answered.status, approvers=list(approvers))
        return self._registry.proposals[proposal.id], answered

    def _approvers(self, proposal: Proposal) -> tuple[str, ...]:
        """Those who have approved it and may still do so."""
        return tuple(each for each in proposal.approved_by if self._may_approve(proposal, each))

    async def _raise_needed(self, proposal: Proposal, needed: int) -> None:
        record = {"kind": "proposal_approved", "proposal": proposal.id, "person": proposal.approved_by[-1]}
        await self._ledger.commit(record | {"digest": proposal.digest, "needed": needed})

    def _still_wanted(self, proposal: Proposal) -> bool:
        if not proposal.by.startswith(PERSON):
            return True
        return allowed(act_named(proposal.act), self._roles(proposal.by.removeprefix(PERSON)))

    def _to_approve(self, ident: str, person: str) -> Proposal:
        proposal = self._found(ident)
        if not self._may_approve(proposal, person):
            names = ", ".join(sorted(act_named(proposal.act).approvers)) or "nobody"
            raise Refused("role", f"This is approved by: {names}.", "Ask somebody with such a role.")
        if person in proposal.approved_by and proposal.needed > 1:
            raise Refused("second_approver", "You have approved this already.", "Somebody else must, too.")
        if ident in self._busy:
            raise Conflict("proposal", "It is being carried out.", "Look at what it did.")
        if ident not in self.asked:
            raise Unavailable("proposal", "What was asked is not known any more.", "Propose it anew.")
        return proposal

    def _found(self, ident: str) -> Proposal:
        proposal = self.get(ident)
        if proposal.outcome or proposal.expires_at <= self.clock():
            how = proposal.outcome or Outcome.EXPIRED
            raise Conflict("proposal", f"This proposal is over: {how}.", "Propose it anew.")
        return proposal

    def _may_approve(self, proposal: Proposal, person: str) -> bool:
        return may_approve(act_named(proposal.act), self._roles(person))

    def _roles(self, person: str) -> frozenset[Any]:
        return roles_of(self._registry.people.get(person), self._registry.bridges)

    def _open(self) -> list[Proposal]:
        return [each for each in self._registry.proposals.values() if not each.outcome]

    async def _expire(self) -> None:
        now = self.clock()
        for each in self._open():
            if each.expires_at <= now and each.id not in self._busy:
                await self._close(each, Outcome.EXPIRED)
        self._answers = {ident: kept for ident, kept in self._answers.items() if kept[0] + ANSWER_US > now}

    async def _close(self, proposal: Proposal, outcome: Outcome, **more: Any) -> None:
        await self._ledger.commit({"kind": "proposal_closed", "proposal": proposal.id, "outcome": str(outcome), **more})
        self.asked.pop(proposal.id, None)


def _purpose(proposal: Proposal, person: str) -> str:
    return f"approve:{proposal.id}:{person}"
