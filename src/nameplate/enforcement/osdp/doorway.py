"""One door: the talk with whoever stands at its readers, the strike, and what is reported of both."""

import asyncio
from collections.abc import Mapping
from math import inf
from typing import Any

from nameplate.domain.errors import NameplateError, Refused, Unavailable
from nameplate.domain.obligations import OPEN_S, STRIKE_S, Obligations
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel
from nameplate.domain.presence import CHALLENGE_SIZE
from nameplate.domain.stops import Stop
from nameplate.domain.verdicts import Decision, Reason
from nameplate.ports.decision_point import Clock, DecisionPoint, Monotonic

from . import mapping
from .crossing import Crossing, Grant, Seen
from .link import Link
from .settings import MAX_PASS_S, MAX_TIMED_S, OsdpSettings
from .wire import AuthResponse, CardPresent

SAME_BADGE_S = 2.0
IDLE_S, REKEY_S = 20.0, 20.0
"""How long a new key waits for the door to be free, and then for the reader to come back with it."""
_REKEYED = frozenset({Happening.TRANSPORT_KEY_CHANGED, Happening.TRANSPORT_KEY_KEPT})
Detail = dict[str, str | int | float | bool]


class Doorway:
    """The life of one door. Runs in the event loop; `step` every few milliseconds.

    `cut_offs`: the stops in force, by actor and `zone:ID`; kept up to date by the point.
    """

    def __init__(
        self,
        door: Door,
        channel: Channel,
        key: bytes,
        decision_point: DecisionPoint,
        cut_offs: Mapping[str, int],
        settings: OsdpSettings,
        clock: Clock,
        monotonic: Monotonic,
    ) -> None:
        self._door, self._channel, self._settings = door, channel, settings
        self._decision_point, self._cut_offs = decision_point, cut_offs
        self._clock, self._monotonic = clock, monotonic
        self._crossing = Crossing(channel.strike_s, channel.pass_s)
        self._tampered = False
        self._shown: tuple[int, int, bytes] | None = None
        self._shown_at = -inf
        self._unacknowledged_at = inf
        self._rekeyed: asyncio.Future[bool] | None = None
        self._talks: dict[int, asyncio.Task[None]] = {}
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        self.link = Link(channel, key, settings, monotonic, self._hear, self._reach_changed)

    def resume_fire(self) -> None:
        """A fire alarm released the door when anybody last knew."""
        self._crossing.on_fire = True

    def step(self) -> None:
        """Do what is due."""
        now = self._monotonic()
        if now >= self._unacknowledged_at:
            # A release that nobody confirmed must not lie on the line and come true later.
            self._unacknowledged_at = inf
            self.link.distrust()
        self.link.step()
        self._report_seen(self._crossing.tick(now))

    def stop(self, stop: Stop) -> None:
        """A lockdown: a strike that lets somebody into one of its zones is taken back if nobody has used it yet."""
        grant = self._crossing.grant
        if grant is not None and grant.to_zone in stop.zones:
            self._crossing.withdraw()
            self._retract()

    async def rekey(self, key: bytes, idle_s: float = IDLE_S) -> bool:
        """Have the reader take another transport key, when nobody is at the door; whether it has.

        Raises Refused, and the reader has heard nothing then; Unavailable when nobody can know yet.
        """
        await self._come_to_rest(idle_s)
        self._rekeyed = asyncio.get_running_loop().create_future()
        self.link.begin_rekey(key)
        try:
            async with asyncio.timeout(REKEY_S):
                return await self._rekeyed
        except TimeoutError:
            message = f"The reader of {self._door.id} has not come back yet: it has the old key or the new one."
            raise Unavailable("rekey_open", message, "Both are kept, and tried in turn.") from None

    async def _come_to_rest(self, idle_s: float) -> None:
        until = self._monotonic() + idle_s
        while not self.idle:
            if self._monotonic() >= until:
                message = f"Somebody is at door {self._door.id}: no crossing is disturbed for this."
                raise Refused(mapping.DOOR_IN_USE, message, "Try again when it is quiet.")
            await asyncio.sleep(self._settings.tick_s)

    @property
    def idle(self) -> bool:
        """Whether nobody talks, nobody crosses and no fire alarm releases the door."""
        talking = any(not talk.done() for talk in self._talks.values())
        return not talking and self._crossing.grant is None and not self._crossing.on_fire

    async def close(self) -> None:
        """End all talks and let go of the line. A strike under way ends by the reader's own timer."""
        for talk in self._talks.values():
            talk.cancel()
        await asyncio.gather(*self._talks.values(), return_exceptions=True)
        self.link.close()

    # --- what the reader says ---

    def _hear(self, event: dict[str, Any]) -> None:
        match mapping.hear(event):
            case CardPresent(reader_no):
                self._somebody_came(reader_no)
            case AuthResponse(reader_no, answer):
                self._answered(reader_no, answer)
            case mapping.Malformed(reader_no) if reader_no is not None:
                self._answered(reader_no, b"")
            case mapping.BadgeRead(reader_no, bits, data):
                self._badge_shown(reader_no, bits, data)
            case mapping.Inputs() as inputs:
                self._inputs(inputs)
            case mapping.Tamper(active):
                self._tamper(active=active)

    def _inputs(self, inputs: mapping.Inputs) -> None:
        now = self._monotonic()
        if self._channel.fire_input is not None:
            self._fire(active=inputs.on(self._channel.fire_input))
        self._crossing.exit_button(now, pressed=inputs.exit_button)
        self._report_seen(self._crossing.leaf(now, is_open=inputs.leaf_open))
        if self._crossing.lockable(now):
            self._lock()
        self._retract()

    def _fire(self, *, active: bool | None) -> None:
        # An input that the reader has ceased to tell of stays as it was: that no fire is heard of is not its end.
        if active is not None and active != self._crossing.on_fire:
            self._crossing.on_fire = active
            self._report(Happening.FIRE if active else Happening.FIRE_CLEARED)

    def _lock(self) -> None:
        """The leaf has opened and closed: nobody else goes through on what is left of the strike."""
        self.link.send(mapping.lock(), lambda acknowledged: self._locked(acknowledged=acknowledged))

    def _locked(self, *, acknowledged: bool) -> None:
        if acknowledged:
            self._crossing.locked()
            self._report(Happening.RELOCKED)

    def _retract(self) -> None:
        grant = self._crossing.grant
        if grant is not None and self._crossing.retractable(self._monotonic()):
            self.link.send(mapping.lock(), lambda acknowledged: self._retracted(grant, acknowledged=acknowledged))

    def _retracted(self, grant: Grant, *, acknowledged: bool) -> None:
        # Whoever has opened the door meanwhile crosses: the latch of an open door locks nobody in.
        if acknowledged and self._crossing.grant is grant and self._crossing.retractable(self._monotonic()):
            self._crossing.retracted(self._monotonic())
            self._report(Happening.RELOCKED, grant, {"lockdown": True})
            readers = [reader.id for reader in self._door.readers]
            self._show(readers.index(grant.reader), Reason.LOCKDOWN.value)

    def _badge_shown(self, reader_no: int, bits: int, data: bytes) -> None:
        shown, now = (reader_no, bits, data), self._monotonic()
        # A card that is held to the reader is read again and again: it was shown once.
        again = shown == self._shown and now - self._shown_at < SAME_BADGE_S
        self._shown, self._shown_at = shown, now
        if reader_no < len(self._door.readers) and not again:
            reader = self._door.readers[reader_no].id
            badge = Outcome(Happening.BADGE, self._clock(), self._door.id, reader, card=data, card_bits=bits)
            self._decision_point.report(badge)

    def _tamper(self, *, active: bool) -> None:
        if active != self._tampered:
            self._tampered = active
            self._report(Happening.TAMPER if active else Happening.TAMPER_CLEARED)

    def _reach_changed(self, happening: Happening, detail: Detail) -> None:
        self._report(happening, detail=detail)
        if happening in _REKEYED and self._rekeyed is not None and not self._rekeyed.done():
            self._rekeyed.set_result(happening is Happening.TRANSPORT_KEY_CHANGED)
        if happening is not Happening.READER_ONLINE and happening not in _REKEYED:
            self._crossing.lose_sight()

    # --- the talk with a robot ---

    def _somebody_came(self, reader_no: int) -> None:
        if reader_no >= len(self._door.readers):
            return
        talk, answer = self._talks.get(reader_no), self._answers.get(reader_no)
        if talk is not None and not talk.done():
            if answer is None:
                return
            talk.cancel()
        self._talks[reader_no] = asyncio.get_running_loop().create_task(self._talk(reader_no))

    def _answered(self, reader_no: int, answer: bytes) -> None:
        waiting = self._answers.get(reader_no)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def _talk(self, reader_no: int) -> None:
        reader = self._door.readers[reader_no]
        try:
            answer = await self._challenge(reader_no, reader)
            if not answer:
                self._refuse(reader_no, reader, Reason.MALFORMED.value)
                return
            decision = await self._decision_point.present(self._door.id, reader.id, answer)
        except TimeoutError:
            self._refuse(reader_no, reader, Reason.LATE.value)
        except Unavailable:
            self._refuse(reader_no, reader, mapping.UNAVAILABLE)
        except NameplateError as error:
            self._refuse(reader_no, reader, error.code)
        else:
            self._enforce(reader_no, reader, decision)

    async def _challenge(self, reader_no: int, reader: Reader) -> bytes:
        challenge = await self._decision_point.challenge(self._door.id, reader.id)
        if len(challenge) != CHALLENGE_SIZE:
            raise Unavailable("bad_challenge", "The deciding process gave no usable challenge.")
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answers[reader_no] = waiting
        try:
            self.link.send(mapping.challenge(reader_no, challenge))
            async with asyncio.timeout(self._settings.answer_s):
                return await waiting
        finally:
            if self._answers.get(reader_no) is waiting:
                del self._answers[reader_no]

    # --- what is done about it ---

    def _enforce(self, reader_no: int, reader: Reader, decision: Decision) -> None:
        beyond = self._door.beyond(reader.side)
        reason = mapping.obstacle(decision, self._clock(), self._cut_offs, beyond)
        if not reason and not self._crossing.free_for(decision.actor, reader.id):
            reason = mapping.DOOR_IN_USE
            if self._crossing.tailed_by(decision.actor):
                self._report(Happening.CONVOY, self._crossing.grant, {"presented": decision.actor})
        if not reason and not self.link.usable:
            reason = mapping.NO_SECURE_CHANNEL
        if reason:
            self._refuse(reader_no, reader, reason, decision)
            return
        warned = decision.verdict.reason is Reason.WARNED
        grant = Grant(decision.actor, decision.decision_id, reader.id, reader.side, beyond, warned)
        self._strike(reader_no, grant, decision.obligations)

    def _strike(self, reader_no: int, grant: Grant, asked: Obligations) -> None:
        begun = self._monotonic()
        strike_s = mapping.seconds(asked.get(STRIKE_S), self._channel.strike_s, MAX_TIMED_S)
        pass_s = mapping.seconds(asked.get(OPEN_S), self._channel.pass_s, MAX_PASS_S)
        command = mapping.strike(strike_s)
        if not self.link.send(
            command, lambda acknowledged: self._struck(reader_no, grant, begun, acknowledged=acknowledged)
        ):
            self._strike_failed(reader_no, grant)
            return
        self._unacknowledged_at = begun + self._settings.strike_ack_s
        self._crossing.begin(grant, begun, strike_s, pass_s)
        self._report(Happening.STRIKE_COMMANDED, grant)

    def _struck(self, reader_no: int, grant: Grant, begun: float, *, acknowledged: bool) -> None:
        self._unacknowledged_at = inf
        if not acknowledged:
            self._strike_failed(reader_no, grant)
            return
        self._report(Happening.STRIKE_ACKNOWLEDGED, grant, {"ms": round((self._monotonic() - begun) * 1000, 1)})
        self._show(reader_no, "", warned=grant.warned)

    def _strike_failed(self, reader_no: int, grant: Grant) -> None:
        self._report(Happening.STRIKE_FAILED, grant)
        self._show(reader_no, mapping.STRIKE_FAILED)

    def _refuse(self, reader_no: int, reader: Reader, reason: str, decision: Decision | None = None) -> None:
        self._show(reader_no, reason)
        actor, decision_id = (decision.actor, decision.decision_id) if decision else ("", "")
        grant = Grant(actor, decision_id, reader.id, "", "")
        self._report(Happening.REFUSAL_SHOWN, grant, {"reason": reason})

    def _show(self, reader_no: int, reason: str, *, warned: bool = False) -> None:
        seconds = self._settings.refusal_s if reason else self._channel.strike_s
        self.link.send(mapping.result(reader_no, reason, warned=warned))
        self.link.send(mapping.light(reader_no, seconds, permit=not reason, warned=warned))
        self.link.send(mapping.sound(reader_no, permit=not reason))

    def _report_seen(self, seen: list[Seen]) -> None:
        for happening, grant, detail in seen:
            self._report(happening, grant, dict(detail))

    def _report(self, happening: Happening, grant: Grant | None = None, detail: Detail | None = None) -> None:
        who = grant or Grant("", "", "", "", "")
        outcome = Outcome(
            happening,
            self._clock(),
            self._door.id,
            who.reader,
            who.actor,
            who.decision_id,
            who.from_zone,
            who.to_zone,
            detail or {},
        )
        self._decision_point.report(outcome)
