"""identify -> decide -> journal -> Decision. No answer leaves before the record that covers it is durable."""

import asyncio
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import NamedTuple, Protocol

import msgspec

from nameplate.domain.actors import Standing, State
from nameplate.domain.asked import Asked
from nameplate.domain.networks import address_text
from nameplate.domain.obligations import NO_OBLIGATIONS, Obligations, recordable
from nameplate.domain.requests import AccessRequest
from nameplate.domain.tally import Tally
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.ports.journal import Journal, JournalUnavailable

PERMIT_LIFETIME_US = 2_000_000
"""How long a permit may be used: the lease that bounds a stop nobody hears of."""

SLICE = 256
"""How many answers are given in one go."""

BARS = frozenset({Reason.LOCKDOWN})
"""Reasons that overtake a permit while its record is on its way: they come with an order, and hold at once."""

OWN_EFFECTS = frozenset({Reason.RATE, Reason.DUAL_CUSTODY})
"""Reasons that a permit itself brings about: it is counted before it is given."""

_encode = msgspec.json.Encoder().encode
_address = lru_cache(maxsize=65_536)(address_text)


class Judge(Protocol):
    """What decides: the contract index."""

    def decide(self, request: AccessRequest, mono: float) -> Verdict:
        """The verdict, without any effect."""
        ...

    def count_permit(self, verdict: Verdict, actor: str, mono: float) -> None:
        """Count a permit towards the rate of its grant."""
        ...

    def standing(self, actor_id: str) -> Standing | None:
        """What has happened to the actor so far."""
        ...

    def happened(self, verdict: Verdict, request: AccessRequest, mono: float) -> None:
        """What a decision leaves behind for others, as at interlocked doors. Before the permit is counted."""
        ...

    @property
    def tightened(self) -> int:
        """Grows whenever something is barred that was not, as by a lockdown."""
        ...


class Review(Protocol):
    """What may take away what the index permits: the rules beyond contracts."""

    def review(self, verdict: Verdict, request: AccessRequest) -> Verdict:
        """The verdict, or a refusal."""
        ...


class _NoRules:
    def review(self, verdict: Verdict, _request: AccessRequest) -> Verdict:
        return verdict


class DecisionRecord(msgspec.Struct, tag_field="kind", tag="decision", omit_defaults=True):
    """A decision as the journal keeps it. `unit` names the physical unit that asked."""

    decision_id: str
    decision: str
    reason: str
    reasons: tuple[str, ...]
    actor: str
    action: str
    resource: str
    point: str
    contract_revision: str
    unit: str = ""
    target: str = ""
    grant: int = -1
    reader: str | None = None
    presence: str = "remote"
    ip: str | None = None
    environment: str | None = None
    task: str | None = None
    payload: str = "none"
    distance_m: float | None = None
    simulated: bool = False
    simulated_at: int = 0
    request_id: str | None = None
    key: str | None = None
    counter: int | None = None
    obligations: Obligations | None = None


class Withdrawn(msgspec.Struct, tag_field="kind", tag="withdrawn"):
    """A permit that a stop or a lockdown overtook before it was given; `reason` is that of the denial."""

    decision_id: str
    actor: str
    reason: str


Then = Callable[[Sequence[Decision]], None]
"""What is done with decisions that may be told, in the order of their questions. It must not raise."""


class Pending(NamedTuple):
    """A decision whose record is on its way to the disk. A simulated one shows nothing of what happens.

    `tightened`: see `Judge`, as it was then.
    """

    decision: Decision
    request: AccessRequest
    standing: Standing | None
    written: "asyncio.Future[None] | None"
    began: float
    simulated: bool = False
    tightened: int = 0

    @property
    def actor(self) -> str:
        """Whom it is about."""
        return self.request.actor


class Authorizer:
    """Answers questions. Owned by one event loop.

    `rules` may take away what the index permits. `on_stopped` is told of each denial whose reason is the actor's state
    (actor, decision id), `on_passed_back` of each permit that soft anti-passback takes note of. `obliges`: each says
    what a permit asks of the point that enforces it; asked for permits only. `units` names the physical unit of an
    actor. `proved` is told the counter and the key of each unit that proved itself. `clock` gives microseconds, UTC;
    `monotonic` seconds. `soften` gets each refusal with the request and the name of the point, and may make a permit of
    it where that point only observes.
    `tally` counts what was told.
    """

    def __init__(
        self,
        judge: Judge,
        journal: Journal,
        node: str,
        units: Callable[[str], str],
        proved: Callable[[str, int, str | None], None],
        clock: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self._judge, self._journal, self._prefix = judge, journal, f"{node}-"
        self._units, self._proved, self._clock, self._monotonic = units, proved, clock, monotonic
        self.rules: Review = _NoRules()
        self.on_stopped: Callable[[str, str], None] = _nobody_asks
        self.on_passed_back: Callable[[Decision, AccessRequest], None] = lambda _decision, _request: None
        self.obliges: list[Callable[[AccessRequest, Asked], Obligations]] = []
        self.soften: Callable[[Verdict, AccessRequest, str], Verdict] = _enforce
        self.tally = Tally()
        self._line: list[tuple[Sequence[Pending], Then]] = []
        self._line_of: asyncio.Future[None] | None = None
        self._late: set[asyncio.Task[None]] = set()

    async def authorize(self, request: AccessRequest, asked: Asked) -> Decision:
        """Decide, record, and answer once the record is durable."""
        return await self.release(self.submit(request, asked))

    async def refuse(self, verdict: Verdict, request: AccessRequest, asked: Asked) -> Decision:
        """Record a refusal that was certain before any decision."""
        return await self.release(self.record(verdict, request, asked))

    def submit(self, request: AccessRequest, asked: Asked) -> Pending:
        """Decide now and hand the record to the journal. Nothing may be answered before `release`."""
        mono = self._monotonic()
        verdict = self.weigh(request, asked.point, mono)
        if not asked.simulated:
            self._judge.happened(verdict, request, mono)
            if verdict.permit:
                self._judge.count_permit(verdict, request.actor, mono)
        pending = self.record(verdict, request, asked)
        if verdict.permit and len(verdict.reasons) > 1 and _is_noted(verdict, asked):
            self.on_passed_back(pending.decision, request)
        return pending

    def weigh(self, request: AccessRequest, point: str, mono: float) -> Verdict:
        """The verdict of now for a point that asks, without any effect. `mono`: monotonic seconds."""
        verdict = self._judge.decide(request, mono)
        if verdict.permit:
            verdict = self.rules.review(verdict, request)
        return verdict if verdict.permit else self.soften(verdict, request, point)

    def record(self, verdict: Verdict, request: AccessRequest, asked: Asked) -> Pending:
        """Hand the record of a verdict, however it came about, to the journal."""
        began, now = self._monotonic(), self._clock()
        decision_id = f"{self._prefix}{self._journal.next_seq}"
        asks = self._obligations(request, asked) if verdict.permit and self.obliges else NO_OBLIGATIONS
        decision = Decision(verdict, decision_id, now, now + PERMIT_LIFETIME_US, request.actor, asks)
        try:
            written = self._journal.append(_encode(self._as_record(decision, request, asked)), now)
        except JournalUnavailable:
            return Pending(_unrecorded(decision), request, None, None, began)
        if asked.counter is not None:
            self._proved(request.actor, asked.counter, asked.key)
        standing, tightened = self._judge.standing(request.actor), self._judge.tightened
        return Pending(decision, request, standing, written, began, asked.simulated, tightened)

    async def release(self, pending: Pending) -> Decision:
        """The decision, once its record is durable. A permit that a stop has overtaken becomes a denial."""
        if pending.written is not None and not pending.written.done():
            with suppress(JournalUnavailable):
                await pending.written
        if self._must_be_withdrawn(pending):
            return await self._withdraw(pending)
        return self._concluded(pending)

    def when_durable(self, pendings: Sequence[Pending], then: Then) -> None:
        """`release_all` without a task for each who waits: `then` is called, never before this returns."""
        written = pendings[-1].written if pendings else None
        if written is None:
            asyncio.get_running_loop().call_soon(self._tell_late, pendings, then)
        elif written is self._line_of:
            self._line.append((pendings, then))
        else:
            self._line_of, self._line = written, [(pendings, then)]
            written.add_done_callback(partial(self._serve_line, self._line))

    def _serve_line(self, line: "list[tuple[Sequence[Pending], Then]]", written: "asyncio.Future[None]") -> None:
        """All who wait for one sync. A long line is served in slices: others must get their turn."""
        if line is self._line:
            self._line_of, self._line = None, []
        kept = written.exception() is None
        for pendings, then in line[:SLICE]:
            if kept and all(pending.written is written and self._stands(pending) for pending in pendings):
                then([self._told(pending) for pending in pendings])
            else:
                self._tell_late(pendings, then)
        if len(line) > SLICE:
            asyncio.get_running_loop().call_soon(self._serve_line, line[SLICE:], written)

    def _stands(self, pending: Pending) -> bool:
        """Whether no stop has overtaken it."""
        return not pending.decision.verdict.permit or not self._is_overtaken(pending)

    def _tell_late(self, pendings: Sequence[Pending], then: Then) -> None:
        """Some of them could not be kept, were overtaken, or began in an earlier group."""
        task = asyncio.get_running_loop().create_task(self._release_late(pendings, then))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _release_late(self, pendings: Sequence[Pending], then: Then) -> None:
        then(await self.release_all(pendings))

    async def release_all(self, pendings: Sequence[Pending]) -> list[Decision]:
        """The decisions in the same order, once all of them are durable."""
        for written in {id(pending.written): pending.written for pending in pendings}.values():
            if written is not None:
                with suppress(JournalUnavailable):
                    await written
        withdrawn: dict[int, Decision] = {}
        # A stop may come while a withdrawal is written: nothing is waited for after the last look at all of them.
        while overtaken := self._overtaken(pendings, withdrawn):
            for number in overtaken:
                withdrawn[number] = await self._withdraw(pendings[number])
        return [withdrawn.get(number) or self._concluded(pending) for number, pending in enumerate(pendings)]

    def _obligations(self, request: AccessRequest, asked: Asked) -> Obligations:
        return {name: value for oblige in self.obliges for name, value in oblige(request, asked).items()}

    def _overtaken(self, pendings: Sequence[Pending], withdrawn: Container[int]) -> list[int]:
        numbered = enumerate(pendings)
        return [number for number, each in numbered if number not in withdrawn and self._must_be_withdrawn(each)]

    def _concluded(self, pending: Pending) -> Decision:
        """What became of one that no stop has overtaken."""
        return self._told(pending if _is_kept(pending) else pending._replace(decision=_unrecorded(pending.decision)))

    def _told(self, pending: Pending) -> Decision:
        """A decision that may be told, counted."""
        decision = pending.decision
        self.tally.count(decision.verdict, self._monotonic() - pending.began)
        if decision.verdict.reason is Reason.STATE and not pending.simulated:
            self.on_stopped(pending.actor, decision.decision_id)
        return decision

    def _must_be_withdrawn(self, pending: Pending) -> bool:
        return pending.decision.verdict.permit and _is_kept(pending) and self._is_overtaken(pending)

    def _is_overtaken(self, pending: Pending) -> bool:
        """By a stop of the actor, or by what bars the place."""
        return self._is_stopped(pending) or self._barred(pending) is not None

    def _is_stopped(self, pending: Pending) -> bool:
        standing = self._judge.standing(pending.actor)
        if standing is pending.standing or standing is None or pending.standing is None:
            return standing is not pending.standing
        return standing.state is not State.ACTIVE or standing.cut_off != pending.standing.cut_off

    def _barred(self, pending: Pending) -> Verdict | None:
        """The refusal of a permit that a lockdown has overtaken."""
        if pending.tightened == self._judge.tightened:
            return None
        verdict = self._judge.decide(pending.request, self._monotonic())
        return verdict if _bars(verdict, pending.decision.verdict) else None

    async def _withdraw(self, pending: Pending) -> Decision:
        barred = None if self._is_stopped(pending) else self._barred(pending)
        verdict = barred or _stopped(pending.decision.verdict, self._judge.standing(pending.actor))
        self.tally.count(verdict, self._monotonic() - pending.began)
        decision = pending.decision._replace(verdict=verdict, obligations=NO_OBLIGATIONS)
        if verdict.reason is Reason.STATE and not pending.simulated:
            self.on_stopped(pending.actor, decision.decision_id)
        try:
            withdrawn = Withdrawn(decision.decision_id, pending.actor, verdict.reason)
            await self._journal.append(_encode(withdrawn), self._clock())
        except JournalUnavailable:
            return _unrecorded(decision)
        return decision

    def _as_record(self, decision: Decision, request: AccessRequest, asked: Asked) -> DecisionRecord:
        verdict = decision.verdict
        return DecisionRecord(
            decision.decision_id,
            "permit" if verdict.permit else "deny",
            verdict.reason,
            verdict.reasons,
            request.actor,
            request.action,
            request.resource,
            asked.point,
            verdict.contract,
            self._units(request.actor),
            verdict.target,
            verdict.grant,
            request.reader,
            request.presence,
            None if request.ip is None else _address(request.ip),
            request.environment,
            request.task,
            request.payload,
            request.distance_m,
            asked.simulated,
            request.at if asked.simulated else 0,
            asked.request_id,
            asked.key,
            asked.counter,
            recordable(decision.obligations),
        )


def _nobody_asks(_actor: str, _decision_id: str) -> None:
    """The state of most actors that are refused has been known for long."""


def _bars(now: Verdict, before: Verdict) -> bool:
    """Whether a permit falls: by a bar, or since the grant that it rests on holds no more. Its own effect is none."""
    granted = before.reason is Reason.GRANTED and now.reason not in OWN_EFFECTS
    return not now.permit and (now.reason in BARS or granted)


def _is_noted(verdict: Verdict, asked: Asked) -> bool:
    return Reason.ANTI_PASSBACK in verdict.reasons and not asked.simulated


def _enforce(verdict: Verdict, _request: AccessRequest, _point: str) -> Verdict:
    return verdict


def _is_kept(pending: Pending) -> bool:
    return pending.written is not None and pending.written.exception() is None


def _stopped(verdict: Verdict, standing: Standing | None) -> Verdict:
    if standing is None:
        return _denial(verdict, Reason.UNKNOWN_ACTOR)
    if standing.state is State.ACTIVE:
        return _denial(verdict, Reason.CUT_OFF)
    return _denial(verdict, Reason.STATE, standing.state)


def _unrecorded(decision: Decision) -> Decision:
    verdict = _denial(decision.verdict, Reason.JOURNAL_UNAVAILABLE)
    return decision._replace(verdict=verdict, decision_id="", obligations=NO_OBLIGATIONS)


def _denial(verdict: Verdict, reason: Reason, *finer: str) -> Verdict:
    return verdict._replace(permit=False, reason=reason, reasons=(reason, *finer), grant=-1)
