"""libosdp's peripheral device on a pseudo terminal, in a thread of its own: the reader's end for the simulator."""

import os
import select
import threading
import time
import tty
from collections.abc import Callable, Sequence
from typing import Any

import osdp
from osdp.control_panel import osdp_sys

from .lines import Line
from .panel import FrameChannel
from .wire import BROADCAST

TICK_S = 0.02
_ALWAYS = (
    (osdp.Capability.ContactStatusMonitoring, 1, 4),
    (osdp.Capability.OutputControl, 1, 1),
    (osdp.Capability.CommunicationSecurity, 1, 1),
    (osdp.Capability.Readers, 1, 2),
)
LIGHT_AND_SOUND = (osdp.Capability.LEDControl, osdp.Capability.AudibleControl)

Obey = Callable[[dict[str, Any]], None]


class PacedLine(Line):
    """A line that sends `piece` bytes at a time with `gap_s` between, as a slow serial port does. 0: all at once."""

    piece = 0
    gap_s = 0.0

    def send(self, data: bytes) -> int:
        """Send; takes as long as the pace asks."""
        if not self.piece:
            return super().send(data)
        for start in range(0, len(data), self.piece):
            super().send(data[start : start + self.piece])
            time.sleep(self.gap_s)
        return len(data)


class Peripheral:
    """A reader's electronics. `obey(command)` is called for each command that arrives.

    `install`: starts in install mode and takes the first key that it is given; the key survives a loss of power.
    `can`: what it announces beside a strike, inputs and a Secure Channel. `lax`: also talks in clear, as old ones do.
    `silent`: hears and says nothing, as if its line were cut. `on_secure`: called when the Secure Channel has come up.
    `watch`: further files and what to do when they can be read. All callbacks run in the reader's own thread;
    `do` brings a job into it.
    """

    def __init__(
        self,
        key: bytes,
        address: int,
        obey: Obey,
        *,
        install: bool = False,
        can: Sequence[int] = LIGHT_AND_SOUND,
        lax: bool = False,
    ) -> None:
        self.key, self.install, self.silent = key, install, False
        self.watch: dict[Any, Callable[[], None]] = {}
        self.on_secure: Callable[[], None] = lambda: None
        self._was_secure = False
        self._address, self._obey, self._lax = address, obey, lax
        self._capabilities = osdp.PDCapabilities([*_ALWAYS, *((each, 1, 1) for each in can)]).get()
        self._device: Any = None
        self._channel: FrameChannel | None = None
        self._power_at = 0.0
        self._jobs: list[Callable[[], None]] = []
        self._stopping = False
        self._open_line()
        self._thread = threading.Thread(target=self._live, name="peripheral", daemon=True)

    def start(self) -> None:
        """Power on."""
        self._thread.start()

    def stop(self) -> None:
        """Power off for good and wait for it."""
        self._stopping = True
        self.do(lambda: None)
        self._thread.join()
        for fd in (self._master, self._slave, self._woken, self._waker):
            os.close(fd)

    def do(self, job: Callable[[], None]) -> None:
        """Run `job` in the reader's own thread, soon."""
        self._jobs.append(job)
        os.write(self._waker, b"x")

    def tell(self, event: dict[str, Any]) -> None:
        """Queue an event for the next poll, if there is power. Only from the reader's own thread."""
        if self._device is not None:
            self._device.submit_event(event)

    def put(self, data: bytes) -> None:
        """Put bytes on the wire towards the control panel."""
        self.do(lambda: self._put(data))

    def power_cycle(self, seconds: float) -> None:
        """Be without power for so long."""
        self.do(lambda: self._power_off(seconds))

    def pace(self, piece: int, gap_s: float) -> None:
        """Send in pieces of so many bytes with so many seconds between."""
        self._line.piece, self._line.gap_s = piece, gap_s

    @property
    def secure(self) -> bool:
        """Whether this end has a Secure Channel."""
        device = self._device
        return device is not None and bool(device.is_sc_active())

    def _open_line(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._line = PacedLine(self._master)
        self._woken, self._waker = os.pipe()
        self.watch[self._woken] = self._run_jobs

    def _run_jobs(self) -> None:
        jobs = self._jobs[: len(os.read(self._woken, 4096))]
        del self._jobs[: len(jobs)]
        for job in jobs:
            job()

    def _live(self) -> None:
        while not self._stopping:
            ready, _, _ = select.select([self._master, *self.watch], [], [], TICK_S)
            for source in ready:
                if (handle := self.watch.get(source)) is not None:
                    handle()
            self._work()
        self._device = None

    def _work(self) -> None:
        if self._device is None and time.monotonic() >= self._power_at:
            self._power_on()
        if self._device is None or self.silent or self._channel is None:
            self._line.receive()
            return
        for _ in range(max(1, self._channel.pump())):
            self._device.refresh()
        self._was_secure, was_secure = self.secure, self._was_secure
        if self._was_secure and not was_secure:
            self.on_secure()

    def _power_on(self) -> None:
        self._channel = FrameChannel(frozenset({self._address, BROADCAST}), time.monotonic, self._line)
        strict = [] if self._lax else [osdp.LibFlag.EnforceSecure]
        flags = [osdp.LibFlag.InstallMode] if self.install else strict
        key = None if self.install else self.key
        osdp_sys.set_loglevel(osdp_sys.LOG_EMERG)
        about = osdp.PDInfo(self._address, self._channel, key, flags=flags).get()
        self._device = osdp_sys.PeripheralDevice(about, capabilities=self._capabilities)
        self._device.set_command_callback(self._on_command)

    def _power_off(self, seconds: float) -> None:
        self._device = None
        self._power_at = time.monotonic() + seconds

    def _put(self, data: bytes) -> None:
        self._line.send(data)

    def _on_command(self, command: dict[str, Any]) -> tuple[int, None]:
        if command["command"] == osdp.Command.Keyset:
            self.key, self.install = bytes(command["data"]), False
        self._obey(command)
        accepted = 0
        return (accepted, None)
