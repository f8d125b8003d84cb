"""identify -> decide -> journal -> Decision. No answer leaves before the record that covers it is durable."""

import asyncio
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, NamedTuple, Protocol

import msgspec

from nameplate.domain.actors import Standing, State
from nameplate.domain.asked import Asked
from nameplate.domain.networks import address_text
from nameplate.domain.obligations import NO_OBLIGATIONS, Obligations, recordable
from nameplate.domain.requests import AccessRequest
from nameplate.domain.tally import Tally
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.ports.journal import Journal, JournalUnavailable
from nameplate.ports.review import Review

PERMIT_LIFETIME_US = 2_000_000
"""How long a permit may be used: the lease that bounds a stop nobody hears of."""

SLICE = 256
"""How many answers are given in one go."""

BARS = frozenset({Reason.LOCKDOWN})
"""Reasons that overtake a permit while its record is on its way: they come with an order, and hold at once."""

OWN_EFFECTS = frozenset({Reason.RATE, Reason.DUAL_CUSTODY})
"""Reasons that a permit itself brings about: it is counted before it is given."""

_encode = msgspec.json.Encoder().encode
_decision = Decision._make
# A member of an enumeration takes ten times as long to look up as a name.
_STATE, _ANTI_PASSBACK = Reason.STATE, Reason.ANTI_PASSBACK
_address = lru_cache(maxsize=65_536)(address_text)


class Judge(Protocol):
    """What decides: the contract index."""

    def decide(self, request: AccessRequest, mono: float) -> Verdict:
        """The verdict, without any effect."""
        ...

    def standing(self, actor_id: str) -> Standing | None:
        """What has happened to the actor so far."""
        ...

    def happened(self, verdict: Verdict, request: AccessRequest, mono: float) -> None:
        """What a decision leaves behind: a permit counts towards the rate of its grant, interlocked doors wait."""
        ...

    def stopped_since(self, actor_id: str, stops: int) -> bool:
        """Whether the actor was stopped after `stops` had that value (even if it may act again) or is forgotten."""
        ...

    @property
    def stops(self) -> int:
        """Grows with every stop of anybody."""
        ...

    @property
    def tightened(self) -> int:
        """Grows whenever something is barred that was not, as by a lockdown."""
        ...


class _NoRules:
    def review(self, verdict: Verdict, _request: AccessRequest) -> Verdict:
        return verdict


class DecisionRecord(msgspec.Struct, tag_field="kind", tag="decision", omit_defaults=True, gc=False):
    """A decision as the journal keeps it. `unit` names the physical unit that asked. `trace_id` and on: see `Trace`.

    `sent`: what the caller sent of what points declare that they supply, by root: rules can ask for it.
    """

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
    sent: Mapping[str, Any] = {}
    trace_id: str | None = None
    parent_span_id: str | None = None
    sampled: bool = False


class Withdrawn(msgspec.Struct, tag_field="kind", tag="withdrawn"):
    """A permit that a stop or a lockdown overtook before it was given; `reason` is that of the denial."""

    decision_id: str
    actor: str
    reason: str


Then = Callable[[Sequence[Decision]], None]
"""What is done with decisions that may be told, in the order of their questions. It must not raise."""

Weighed = tuple[Verdict, AccessRequest, Asked]
"""What is decided and not yet on record. Plain, since made so often."""


class Pending(NamedTuple):
    """Decisions whose records are on their way to the disk, all in one sync.

    `written`: None where they cannot be kept. `tightened`, `stops`: see `Judge`, as they were then.
    """

    decisions: Sequence[Decision]
    weighed: Sequence[Weighed]
    written: "asyncio.Future[None] | None"
    began: float
    tightened: int
    stops: int


class Authorizer:
    """Answers questions. Owned by one event loop.

    `rules` may take away what the index permits. `on_stopped` is told of each denial whose reason is the actor's state
    (actor, decision id), `on_passed_back` of each permit that soft anti-passback takes note of. `obliges`: each says
    what a permit asks of the point that enforces it; asked for permits only. `units` names the physical unit of an
    actor. `proved` is told the counter and the key of each unit that proved itself. `clock` gives microseconds, UTC;
    `monotonic` seconds. `soften` gets each refusal with the request and the name of the point, and may make a permit of
    it where that point only observes. `sent`: see `DecisionRecord`. `tally` counts what was told.
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
        self.sent: Callable[[AccessRequest], Mapping[str, Any]] = lambda _request: {}
        self.tally = Tally()
        self._line: list[tuple[Pending, Then]] = []
        self._line_of: asyncio.Future[None] | None = None
        self._late: set[asyncio.Task[None]] = set()

    async def authorize(self, request: AccessRequest, asked: Asked) -> Decision:
        """Decide, record, and answer once the record is durable."""
        (decision,) = await self.release(self.submit(request, asked))
        return decision

    async def refuse(self, verdict: Verdict, request: AccessRequest, asked: Asked) -> Decision:
        """Record a refusal that was certain before any decision."""
        (decision,) = await self.release(self.record([(verdict, request, asked)]))
        return decision

    def submit(self, request: AccessRequest, asked: Asked) -> Pending:
        """Decide now and hand the record to the journal. Nothing may be answered before `release`."""
        return self.record([self.decide(request, asked)])

    def decide(self, request: AccessRequest, asked: Asked) -> Weighed:
        """The verdict of now, with its effects. Record it before anything is waited for."""
        mono = self._monotonic()
        verdict = self.weigh(request, asked.point, mono)
        if not asked.simulated:
            self._judge.happened(verdict, request, mono)
        return verdict, request, asked

    def weigh(self, request: AccessRequest, point: str, mono: float) -> Verdict:
        """The verdict of now for a point that asks, without any effect. `mono`: monotonic seconds."""
        verdict = self._judge.decide(request, mono)
        if verdict.permit:
            verdict = self.rules.review(verdict, request)
        return verdict if verdict.permit else self.soften(verdict, request, point)

    def record(self, weighed: Sequence[Weighed]) -> Pending:
        """Hand the records of verdicts, however they came about, to the journal."""
        began, now, judge = self._monotonic(), self._clock(), self._judge
        expires, prefix = now + PERMIT_LIFETIME_US, self._prefix
        decisions, bodies = [], []
        for seq, each in enumerate(weighed, self._journal.next_seq):
            verdict, request, asked = each
            asks = self._obligations(request, asked) if verdict.permit else NO_OBLIGATIONS
            ident = f"{prefix}{seq}"
            decisions.append(_decision((verdict, ident, now, expires, request.actor, asks)))
            bodies.append(_encode(self._as_record(ident, each, asks)))
        try:
            written = self._journal.extend(bodies, now) if bodies else None
        except JournalUnavailable:
            written = None
        else:
            self._noted(decisions, weighed)
        return Pending(decisions, weighed, written, began, judge.tightened, judge.stops)

    def _noted(self, decisions: Sequence[Decision], weighed: Sequence[Weighed]) -> None:
        """What others want to know of what is on its way into the journal."""
        for number, (verdict, request, asked) in enumerate(weighed):
            if asked.counter is not None:
                self._proved(request.actor, asked.counter, asked.key)
            if verdict.permit and _ANTI_PASSBACK in verdict.reasons and not asked.simulated:
                self.on_passed_back(decisions[number], request)

    async def release(self, pending: Pending) -> list[Decision]:
        """The decisions in their order, once they are durable. A permit that a stop has overtaken becomes a denial."""
        if pending.written is not None and not pending.written.done():
            with suppress(JournalUnavailable):
                await pending.written
        withdrawn: dict[int, Decision] = {}
        # A stop may come while a withdrawal is written: nothing is waited for after the last look at all of them.
        while overtaken := self._overtaken(pending, withdrawn):
            for number in overtaken:
                withdrawn[number] = await self._withdraw(pending, number)
        return self._told(pending, withdrawn)

    def when_durable(self, pending: Pending, then: Then) -> None:
        """`release` without a task for each who waits: `then` is called, never before this returns."""
        written = pending.written
        if written is None:
            asyncio.get_running_loop().call_soon(self._tell_late, pending, then)
        elif written is self._line_of:
            self._line.append((pending, then))
        else:
            self._line_of, self._line = written, [(pending, then)]
            written.add_done_callback(partial(self._serve_line, self._line))

    def _serve_line(self, line: "list[tuple[Pending, Then]]", written: "asyncio.Future[None]") -> None:
        """All who wait for one sync. A long line is served in slices: others must get their turn."""
        if line is self._line:
            self._line_of, self._line = None, []
        kept = written.exception() is None
        for pending, then in line[:SLICE]:
            if kept and not self._overtaken(pending, {}):
                then(self._told(pending, {}))
            else:
                self._tell_late(pending, then)
        if len(line) > SLICE:
            asyncio.get_running_loop().call_soon(self._serve_line, line[SLICE:], written)

    def _tell_late(self, pending: Pending, then: Then) -> None:
        """They could not be kept, or some of them were overtaken."""
        task = asyncio.get_running_loop().create_task(self._release_late(pending, then))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _release_late(self, pending: Pending, then: Then) -> None:
        then(await self.release(pending))

    def _obligations(self, request: AccessRequest, asked: Asked) -> Obligations:
        asks = NO_OBLIGATIONS
        for oblige in self.obliges:
            if more := oblige(request, asked):
                asks = {**asks, **more}
        return asks

    def _overtaken(self, pending: Pending, withdrawn: Container[int]) -> list[int]:
        """Which permits must be withdrawn. Where nobody was stopped and nothing barred meanwhile it costs one look."""
        judge = self._judge
        if (pending.stops == judge.stops and pending.tightened == judge.tightened) or not _is_kept(pending):
            return []
        numbered = enumerate(pending.weighed)
        permits = [number for number, (verdict, _, _) in numbered if verdict.permit and number not in withdrawn]
        return [number for number in permits if self._is_stopped(pending, number) or self._barred(pending, number)]

    def _told(self, pending: Pending, withdrawn: Mapping[int, Decision]) -> list[Decision]:
        """Decisions that may be told, counted."""
        decisions = list(pending.decisions if _is_kept(pending) else map(_unrecorded, pending.decisions))
        for number, decision in withdrawn.items():
            decisions[number] = decision
        verdicts = [decision.verdict for decision in decisions]
        self.tally.count(verdicts, self._monotonic() - pending.began)
        for number, verdict in enumerate(verdicts):
            if verdict.reason is _STATE and not pending.weighed[number][2].simulated:
                self.on_stopped(decisions[number].actor, decisions[number].decision_id)
        return decisions

    def _is_stopped(self, pending: Pending, number: int) -> bool:
        return self._judge.stopped_since(pending.decisions[number].actor, pending.stops)

    def _barred(self, pending: Pending, number: int) -> Verdict | None:
        """The refusal of a permit that a lockdown has overtaken."""
        if pending.tightened == self._judge.tightened:
            return None
        before, request, _ = pending.weighed[number]
        verdict = self._judge.decide(request, self._monotonic())
        return verdict if _bars(verdict, before) else None

    async def _withdraw(self, pending: Pending, number: int) -> Decision:
        before = pending.decisions[number]
        barred = None if self._is_stopped(pending, number) else self._barred(pending, number)
        verdict = barred or _stopped(before.verdict, self._judge.standing(before.actor))
        decision = before._replace(verdict=verdict, obligations=NO_OBLIGATIONS)
        try:
            withdrawn = Withdrawn(decision.decision_id, decision.actor, verdict.reason)
            await self._journal.append(_encode(withdrawn), self._clock())
        except JournalUnavailable:
            return _unrecorded(decision)
        return decision

    def _as_record(self, decision_id: str, weighed: Weighed, obligations: Obligations) -> DecisionRecord:
        (permit, reason, reasons, contract, grant, target), request, asked = weighed
        point, request_id, simulated, key, counter, (trace_id, parent, sampled) = asked
        actor, action, resource, at, ip, environment, task, payload, presence, reader, distance = request[:11]
        return DecisionRecord(
            decision_id,
            "permit" if permit else "deny",
            reason,
            reasons,
            actor,
            action,
            resource,
            point,
            contract,
            self._units(actor),
            target,
            grant,
            reader,
            presence,
            None if ip is None else _address(ip),
            environment,
            task,
            payload,
            distance,
            simulated,
            at if simulated else 0,
            request_id,
            key,
            counter,
            recordable(obligations) if obligations else None,
            self.sent(request),
            trace_id,
            parent,
            sampled,
        )


def _nobody_asks(_actor: str, _decision_id: str) -> None:
    """The state of most actors that are refused has been known for long."""


def _bars(now: Verdict, before: Verdict) -> bool:
    """Whether a permit falls: by a bar, or since the grant that it rests on holds no more. Its own effect is none."""
    granted = before.reason is Reason.GRANTED and now.reason not in OWN_EFFECTS
    return not now.permit and (now.reason in BARS or granted)


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
