"""The point in front of a panel: one process, any number of doors."""

import asyncio
from collections.abc import Mapping

from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.places import Door
from nameplate.domain.points import Channel, Point
from nameplate.domain.stops import Stop
from nameplate.enforcement.osdp.panel import refuse_name_clash
from nameplate.enforcement.osdp.settings import MAX_INSTALL_S
from nameplate.ports.decision_point import Clock, DecisionPoint, Monotonic

from .doorway import DoorKeys, PanelDoorway
from .settings import PanelSettings, check_panel_channel


class PanelPoint:
    """Enforcement point of type `osdp-panel`; implements `StopsApplied`.

    `doors`: by id; `keys`: the transport key of each door's own reader; `credentials`: by name, with those that the
    panel's ports name, 32 hex digits each. All methods belong to one event loop.
    """

    def __init__(
        self,
        spec: Point,
        doors: Mapping[str, Door],
        keys: Mapping[str, bytes],
        credentials: Mapping[str, bytes],
        decision_point: DecisionPoint,
        clock: Clock,
        monotonic: Monotonic,
        settings: PanelSettings | None = None,
    ) -> None:
        refuse_name_clash()
        self._settings = settings or PanelSettings()
        self._cut_offs: dict[str, int] = {}
        self._doorways: dict[str, PanelDoorway] = {}
        for channel in spec.channels:
            door = doors[channel.door]
            check_panel_channel(channel, door)
            ports = {port.reader: _port_key(channel, port.key, credentials) for port in channel.panel}
            self._doorways[door.id] = PanelDoorway(
                door,
                channel,
                DoorKeys(keys[door.id], ports),
                decision_point,
                self._cut_offs,
                self._settings,
                clock,
                monotonic,
            )

    async def run(self, stop_event: asyncio.Event) -> None:
        """Serve the doors until `stop_event` is set. What the panel has released ends by the panel's own timer."""
        try:
            while not stop_event.is_set():
                for doorway in self._doorways.values():
                    doorway.step()
                await asyncio.sleep(self._settings.tick_s)
        finally:
            for doorway in self._doorways.values():
                await doorway.close()

    def apply_stop(self, stop: Stop) -> None:
        """From now on no permit from before the cut-off presents a card for these actors, or into these zones."""
        for name in stop.names:
            self._cut_offs[name] = max(stop.cut_off, self._cut_offs.get(name, stop.cut_off))
        for doorway in self._doorways.values():
            doorway.stop(stop)

    def begin_install(self, door: str, seconds: float) -> None:
        """Let our own reader at `door` take its transport key within `seconds`. Raises NotFound, Invalid, Refused."""
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

    def _doorway(self, door: str) -> PanelDoorway:
        if door not in self._doorways:
            raise NotFound("unknown_door", f"This point does not serve door {door}.", "Add it to its channels.")
        return self._doorways[door]


def _port_key(channel: Channel, name: str, credentials: Mapping[str, bytes]) -> bytes:
    remedy = f"Put the panel's key for it, 32 hex digits: nameplate key put {name} --file FILE"
    if name not in credentials:
        raise NotFound("credential", f"Door {channel.door}: there is no credential {name}.", remedy)
    try:
        return bytes.fromhex(credentials[name].decode("ascii").strip())
    except ValueError:
        raise Invalid("credential", f"Door {channel.door}: the credential {name} is not hex.", remedy) from None
