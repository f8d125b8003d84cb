"""The door controller: one process, any number of doors, each with a line of its own."""

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.places import Door
from nameplate.domain.points import Channel, Point
from nameplate.domain.stops import Stop
from nameplate.ports.decision_point import Clock, DecisionPoint, Monotonic

from .doorway import Doorway
from .panel import refuse_name_clash
from .settings import MAX_INSTALL_S, OsdpSettings, check_channel


class OsdpPoint:
    """Enforcement point of type `osdp`; implements `StopsApplied`.

    `doors`: by id; `keys`: the transport key (SCBK) of each door's reader, 16 bytes; `fires`: the doors that a fire
    alarm released when last known. Raises Invalid for a channel without a door or a key, or that OSDP cannot drive.
    All methods belong to one event loop.
    """

    def __init__(
        self,
        spec: Point,
        doors: Mapping[str, Door],
        keys: Mapping[str, bytes],
        decision_point: DecisionPoint,
        clock: Clock,
        monotonic: Monotonic,
        settings: OsdpSettings | None = None,
        fires: AbstractSet[str] = frozenset(),
    ) -> None:
        refuse_name_clash()
        self.spec = spec
        self.settings = settings or OsdpSettings()
        self._cut_offs: dict[str, int] = {}
        self._doorways: dict[str, Doorway] = {}
        for channel in spec.channels:
            self._require(channel, doors, keys)
            self._doorways[channel.door] = Doorway(
                doors[channel.door],
                channel,
                keys[channel.door],
                decision_point,
                self._cut_offs,
                self.settings,
                clock,
                monotonic,
            )
            if channel.door in fires:
                self._doorways[channel.door].resume_fire()

    async def run(self, stop_event: asyncio.Event) -> None:
        """Serve the doors until `stop_event` is set. A strike under way ends by the reader's own timer."""
        try:
            while not stop_event.is_set():
                for doorway in self._doorways.values():
                    doorway.step()
                await asyncio.sleep(self.settings.tick_s)
        finally:
            for doorway in self._doorways.values():
                await doorway.close()

    def apply_stop(self, stop: Stop) -> None:
        """From now on no permit that was decided at or before the cut-off releases a door to these actors.

        Nor one into these zones to anybody. A strike already commanded stands, as no door is locked onto a robot; into
        a zone that is locked down it is taken back while the door is shut and nobody has begun to cross.
        """
        for name in stop.names:
            self._cut_offs[name] = max(stop.cut_off, self._cut_offs.get(name, stop.cut_off))
        for doorway in self._doorways.values():
            doorway.stop(stop)

    def begin_install(self, door: str, seconds: float) -> None:
        """Let the reader of `door` take its transport key within `seconds`. Raises NotFound, Invalid, Refused."""
        if not 0 < seconds <= MAX_INSTALL_S:
            raise Invalid("malformed", f"An install window lasts up to {MAX_INSTALL_S:.0f} s, not {seconds:.0f} s.")
        self._doorway(door).link.begin_install(seconds)

    async def rekey(self, door: str, key: bytes) -> bool:
        """Have the reader of `door` take another transport key; whether it has. See `Doorway.rekey`."""
        return await self._doorway(door).rekey(key)

    def expect_keys(self, keys: Mapping[str, bytes]) -> None:
        """The readers of these doors may have taken these keys: find out, and report it."""
        for door, key in keys.items():
            self._doorway(door).link.expect(key)

    def _doorway(self, door: str) -> Doorway:
        if door not in self._doorways:
            raise NotFound("unknown_door", f"This point does not serve door {door}.", "Add it to its channels.")
        return self._doorways[door]

    def _require(self, channel: Channel, doors: Mapping[str, Door], keys: Mapping[str, bytes]) -> None:
        check_channel(channel)
        if channel.door in self._doorways:
            raise Invalid("malformed", f"Door {channel.door} has two channels.", "Keep one.")
        if channel.door not in doors:
            raise Invalid(
                "malformed", f"The channel's door {channel.door} is not declared.", "Declare it with kind: Door."
            )
        if channel.door not in keys:
            raise Invalid(
                "malformed", f"There is no transport key for door {channel.door}.", "Install its reader first."
            )
