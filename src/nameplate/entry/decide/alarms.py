"""Acknowledging alarms over the control socket, and watching that the points are there."""

import asyncio
from collections.abc import Callable

import msgspec

from nameplate.domain.alarms import POINT_DOWN
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.registry import Registry
from nameplate.entry.operations import Answer, Who, operation
from nameplate.flows.alarms import AlarmKeeper
from nameplate.ports.authority import Alarms

from .connections import Connections
from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json

LOOK_S = 0.5
DOWN_AFTER_S = 10.0
"""A point that was started anew is back before that."""


class AcknowledgementIn(msgspec.Struct, forbid_unknown_fields=True):
    """What was found."""

    reason: str


class AcknowledgementOut(msgspec.Struct):
    """`closed`: what raised it is over, too."""

    alarm: str
    closed: bool


class AlarmRoutes:
    """Routes for the control socket."""

    def __init__(self, keeper: AlarmKeeper) -> None:
        self._keeper = keeper

    @operation(
        "POST /v1/alarms/{alarm}/acknowledgement",
        Who.LOCAL,
        Answer(AcknowledgementOut, problems=(404, 409, 503)),
        AcknowledgementIn,
    )
    async def acknowledge(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Acknowledge an alarm: somebody has seen it."""
        caller, ident = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, AcknowledgementIn)
        alarm = await self._keeper.acknowledge(ident, caller, wanted.reason)
        await reply_json(send, AcknowledgementOut(ident, alarm.closed))


class PointWatch:
    """Raises an alarm for each point that should be connected and is not, and clears it when it is back."""

    def __init__(
        self,
        registry: Registry,
        connections: Connections,
        findings: Alarms,
        keeper: AlarmKeeper,
        runs: Callable[[str], bool],
        monotonic: Callable[[], float],
    ) -> None:
        self._registry, self._connections, self._findings, self._keeper = registry, connections, findings, keeper
        self._runs, self._monotonic = runs, monotonic
        self._missing: dict[str, float] = {}

    async def run(self) -> None:
        """For ever."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """See who is there now."""
        now, connected = self._monotonic(), set(self._connections.names)
        expected = {ident for ident, point in self._registry.points.items() if self._runs(ident) and point.channels}
        missing = expected - connected
        self._missing = {ident: self._missing.get(ident, now) for ident in missing}
        for ident, since in self._missing.items():
            if now - since > DOWN_AFTER_S and self._is_up(ident):
                text = f"{ident} has not been connected for {DOWN_AFTER_S:.0f} s: its doors deny everything."
                self._findings.raise_finding(Finding("point_down", Severity.HIGH, text, point=ident))
        for ident in self._down() - missing:
            self._keeper.over((POINT_DOWN, ident, ""))

    def _is_up(self, ident: str) -> bool:
        alarm = self._registry.alarms.of((POINT_DOWN, ident, ""))
        return alarm is None or alarm.cleared_at is not None

    def _down(self) -> set[str]:
        book = self._registry.alarms
        return {key[1] for key in book.open if key[0] == POINT_DOWN and book.by_id[book.open[key]].cleared_at is None}
