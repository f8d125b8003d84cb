"""One reader port of the panel: libosdp's peripheral device in the event loop, looked after as the door's own link is.

EnforceSecure always: without a Secure Channel with the port's own key nothing is said beyond the handshake.
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any

import osdp
from osdp.control_panel import osdp_sys

from nameplate.domain.errors import Refused
from nameplate.domain.points import PanelPort
from nameplate.enforcement.osdp.lines import Line, opener
from nameplate.enforcement.osdp.panel import KEY_SIZE, FrameChannel
from nameplate.enforcement.osdp.wire import BROADCAST
from nameplate.ports.decision_point import Monotonic

from .mapping import CardBits, Signals, card_read
from .settings import PanelSettings

_CAPABILITIES = (
    (osdp.Capability.CardDataFormat, 1, 0),
    (osdp.Capability.LEDControl, 1, 1),
    (osdp.Capability.AudibleControl, 1, 1),
    (osdp.Capability.CommunicationSecurity, 1, 1),
    (osdp.Capability.Readers, 1, 1),
)
# What a reader of flesh and blood would obey. A new key or another address would be lost at the next start.
_OBEYED = frozenset({osdp.Command.LED, osdp.Command.Buzzer})
_OK, _REFUSED = (0, None), (-1, None)


class Port:
    """Stands where the panel expects a reader. Runs in the event loop; `step` every few milliseconds.

    `taken()`: the card number is on the line. `signalled(name)`: the panel shows something. `changed(online)`.
    """

    def __init__(
        self,
        port: PanelPort,
        key: bytes,
        settings: PanelSettings,
        monotonic: Monotonic,
        taken: Callable[[], None],
        signalled: Callable[[str], None],
        changed: Callable[[bool], None],
    ) -> None:
        if len(key) != KEY_SIZE:
            raise Refused("bad_key", f"The key of a panel's port has {KEY_SIZE} bytes.", "Put it as 32 hex digits.")
        self._address, self._key, self._settings, self._monotonic = port.address, key, settings, monotonic
        self._taken, self._signalled, self._changed = taken, signalled, changed
        self._open = opener(port.to)
        self._opening: asyncio.Task[None] | None = None
        self._signals, self._heard = Signals(), list[str]()
        self._device: Any = None
        self._channel = FrameChannel(frozenset({port.address, BROADCAST}), monotonic)
        self._kick_at, self._opened_at = monotonic(), -inf
        self._waiting = self._was_online = self._closed = self._went = False

    @property
    def online(self) -> bool:
        """Whether the panel asks now, over a Secure Channel with the port's own key."""
        fresh = self._monotonic() - self._channel.heard_at <= self._settings.panel_gone_s
        return self._device is not None and fresh and bool(self._device.is_sc_active())

    def present(self, card: CardBits) -> bool:
        """Offer a card number to the panel's next question, once; whether it could be offered."""
        if self._waiting or not self.online or not self._device.submit_event(card_read(card)):
            return False
        self._waiting = True
        return True

    def withdraw(self) -> bool:
        """Take back what the panel has not asked for yet; whether there was anything."""
        was_waiting, self._waiting = self._waiting, False
        if was_waiting and self._device is not None:
            self._device.flush_events()
        return was_waiting

    def step(self) -> None:
        """Do what is due."""
        self._refresh()
        now = self._monotonic()
        silent = now - max(self._channel.heard_at, self._opened_at) > self._settings.panel_gone_s
        if self._channel.lost:
            self._drop_line()
            self._kick_at = min(self._kick_at, now + self._settings.kick_s)
        elif self._channel.line is not None and silent:
            self._drop_line()
            # At once: a panel that looks for its reader only now and then must not find the line closed each time.
            self._kick_at = now
        if now >= self._kick_at:
            self._kick_at = now + self._settings.kick_s
            if self._channel.line is None and (self._opening is None or self._opening.done()):
                self._opening = asyncio.get_running_loop().create_task(self._reopen())
        self._track()

    def close(self) -> None:
        """Let go of the line for good."""
        self._closed = True
        self._drop_line()

    def _track(self) -> None:
        if self.online != self._was_online:
            self._was_online = not self._was_online
            self._changed(self._was_online)

    async def _reopen(self) -> None:
        try:
            line = Line(await asyncio.to_thread(self._open))
        except OSError:
            return
        if self._closed or self._channel.line is not None:
            line.close()
            return
        self._channel.line, self._channel.lost, self._opened_at = line, False, self._monotonic()
        self._device = self._fresh_device()
        asyncio.get_running_loop().add_reader(line.fd, self._refresh)

    def _fresh_device(self) -> Any:
        # A fresh one each time: nothing that an earlier line was meant to carry can come out on this one.
        osdp_sys.set_loglevel(osdp_sys.LOG_EMERG)
        flags = [osdp.LibFlag.EnforceSecure]
        about = osdp.PDInfo(self._address, self._channel, self._key, flags=flags).get()
        device = osdp_sys.PeripheralDevice(about, capabilities=osdp.PDCapabilities(list(_CAPABILITIES)).get())
        device.set_command_callback(self._on_command)
        device.set_event_completion_callback(self._on_completion)
        return device

    def _drop_line(self) -> None:
        self.withdraw()
        self._device = None
        line, self._channel.line = self._channel.line, None
        self._channel.flush()
        if line is not None:
            asyncio.get_running_loop().remove_reader(line.fd)
            line.close()

    def _refresh(self) -> None:
        if self._device is None:
            return
        for _ in range(max(1, self._channel.pump())):
            self._device.refresh()
        self._tell()

    def _tell(self) -> None:
        if self._went:
            self._went = False
            self._taken()
        heard, self._heard = self._heard, []
        for signal in heard:
            self._signalled(signal)

    # libosdp calls these from within refresh(); an exception here would be lost in C.
    def _on_command(self, command: dict[str, Any]) -> tuple[int, None]:
        if command["command"] not in _OBEYED:
            return _REFUSED
        signal = self._signals.hear(command)
        if signal:
            self._heard.append(signal)
        return _OK

    def _on_completion(self, _event: dict[str, Any], status: int) -> None:
        if self._waiting and status == osdp.CompletionStatus.Ok:
            self._waiting, self._went = False, True
