"""One door behind a panel: the talk with the robot as at any door, its card number to the panel, what that decides."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from nameplate.domain.outcomes import Happening
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel
from nameplate.domain.stops import Stop
from nameplate.domain.verdicts import Decision, Reason
from nameplate.enforcement.osdp import mapping as door_mapping
from nameplate.enforcement.osdp.crossing import Grant
from nameplate.enforcement.osdp.doorway import Detail, Doorway
from nameplate.ports.decision_point import Clock, DecisionPoint, Monotonic

from . import mapping
from .port import Port
from .settings import PanelSettings
from .visits import Visits


class _Pending(NamedTuple):
    """A card number that was offered to the panel. `ends_at`: for its being taken, then for the verdict."""

    reader_no: int
    reader: Reader
    decision: Decision
    grant: Grant
    asked_at: float
    ends_at: float
    taken: bool = False


class DoorKeys(NamedTuple):
    """Secure Channel keys: of our own reader, and of the panel's ports by reader."""

    own: bytes
    ports: Mapping[str, bytes]


class PanelDoorway(Doorway):
    """The life of one door. One card number at a time."""

    def __init__(
        self,
        door: Door,
        channel: Channel,
        keys: DoorKeys,
        decision_point: DecisionPoint,
        cut_offs: Mapping[str, int],
        settings: PanelSettings,
        clock: Clock,
        monotonic: Monotonic,
    ) -> None:
        super().__init__(door, channel, keys.own, decision_point, cut_offs, settings, clock, monotonic)
        self._panel_settings = settings
        self._visits = Visits(channel.strike_s)
        self._pending: _Pending | None = None
        self._ends = {port.reader: port for port in channel.panel}
        self._ports = {port.reader: self._port(port.reader, keys.ports[port.reader]) for port in channel.panel}

    def step(self) -> None:
        """Do what is due."""
        self.link.step()
        for port in self._ports.values():
            port.step()
        now, pending = self._monotonic(), self._pending
        if pending is not None and now >= pending.ends_at:
            self._panel_says_nothing(pending) if pending.taken else self._take_back(pending, mapping.PANEL_OFFLINE)
        self._report_seen(self._visits.tick(now))

    @property
    def idle(self) -> bool:
        """Whether nobody talks, no card is with the panel and nobody crosses."""
        return super().idle and self._pending is None and self._visits.grant is None

    def stop(self, stop: Stop) -> None:
        """Take back a card number that the panel has not asked for yet. One that it has is its own to judge."""
        pending = self._pending
        if pending is None or pending.taken or pending.decision.at > stop.cut_off:
            return
        if pending.grant.actor in stop.actors:
            self._take_back(pending, door_mapping.STOPPED)
        elif pending.grant.to_zone in stop.zones:
            self._take_back(pending, Reason.LOCKDOWN.value)

    async def close(self) -> None:
        """End all talks and let go of all lines."""
        for port in self._ports.values():
            port.close()
        await super().close()

    def _port(self, reader: str, key: bytes) -> Port:
        return Port(
            self._ends[reader],
            key,
            self._panel_settings,
            self._monotonic,
            lambda: self._card_taken(reader),
            lambda signal: self._panel_shows(reader, signal),
            lambda online: self._panel_reach(reader, online=online),
        )

    def _hear(self, event: dict[str, Any]) -> None:
        heard = door_mapping.hear(event)
        if isinstance(heard, door_mapping.Inputs):
            self._report_seen(self._visits.leaf(self._monotonic(), is_open=heard.leaf_open))
        else:
            super()._hear(event)

    # --- a permit on its way to the panel ---

    def _enforce(self, reader_no: int, reader: Reader, decision: Decision) -> None:
        port, card = self._ports.get(reader.id), mapping.card_of(decision)
        beyond = self._door.beyond(reader.side)
        reason = door_mapping.obstacle(decision, self._clock(), self._cut_offs, beyond)
        if not reason and (self._pending or not self._visits.free_for(decision.actor, reader.id)):
            reason = door_mapping.DOOR_IN_USE
        if not reason and card is None:
            reason = mapping.NO_CARD
        if not reason and (port is None or card is None or not port.present(card)):
            reason = mapping.PANEL_OFFLINE
        if reason:
            self._refuse(reader_no, reader, reason, decision)
            return
        grant = Grant(decision.actor, decision.decision_id, reader.id, reader.side, beyond)
        now, limits = self._monotonic(), self._panel_settings
        good_for = min(limits.take_s, (decision.expires_at - self._clock()) / 1e6)
        self._pending = _Pending(reader_no, reader, decision, grant, now, now + good_for)
        self._visits.begin(grant, now, limits.take_s + limits.verdict_s)

    def _card_taken(self, reader: str) -> None:
        pending, now = self._pending, self._monotonic()
        if pending is not None and pending.reader.id == reader and not pending.taken:
            self._pending = pending._replace(taken=True, ends_at=now + self._panel_settings.verdict_s)
            self._report(Happening.CARD_PRESENTED, pending.grant, {"ms": _ms(pending.asked_at, now)})

    def _take_back(self, pending: _Pending, reason: str) -> None:
        self._ports[pending.reader.id].withdraw()
        self._pending = None
        self._visits.refused()
        self._report(Happening.CARD_WITHDRAWN, pending.grant, {"reason": reason})
        self._refuse(pending.reader_no, pending.reader, reason, pending.decision)

    # --- what the panel makes of it ---

    def _panel_shows(self, reader: str, signal: str) -> None:
        pending, verdict = self._pending, mapping.verdict_of(self._ends[reader], signal)
        if pending is None or not pending.taken or pending.reader.id != reader or verdict is None:
            return
        self._pending = None
        told: Detail = {"ms": _ms(pending.asked_at, self._monotonic()), "signal": signal}
        if verdict:
            self._report(Happening.PANEL_GRANTED, pending.grant, told)
            self._show(pending.reader_no, "")
        else:
            self._visits.refused()
            self._report(Happening.PANEL_REFUSED, pending.grant, told)
            self._show(pending.reader_no, mapping.PANEL_REFUSED)

    def _panel_says_nothing(self, pending: _Pending) -> None:
        """A panel that shows nothing may have opened all the same: the robot is told that it may try."""
        self._pending = None
        self._report(Happening.PANEL_SILENT, pending.grant)
        self.link.send(mapping.may_try(pending.reader_no))

    def _panel_reach(self, reader: str, *, online: bool) -> None:
        happening = Happening.PANEL_ONLINE if online else Happening.PANEL_OFFLINE
        self._report(happening, Grant("", "", reader, "", ""))


def _ms(since: float, now: float) -> float:
    return round((now - since) * 1000, 1)
