"""A door that is real but for its steel: two readers, a strike, a door contact, an exit button, a tamper switch.

Its electronics are libosdp's own peripheral. It knows nothing but what arrives over OSDP and over the air.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import osdp

from .air import ANSWER, CHALLENGE, PRESENT, RESULT, Air, Malformed, framed
from .peripheral import LIGHT_AND_SOUND, Peripheral
from .wire import AUTH_REQUEST, AUTH_RESPONSE, AUTH_RESULT, CARD_PRESENT, MAX_REPLY_DATA, VENDOR_CODE

_CONTACT, _REX = 0, 1
_OFF = 1
FIRE_INPUT = 3
_TO_ROBOT = {AUTH_REQUEST: CHALLENGE, AUTH_RESULT: RESULT}


class Strike(NamedTuple):
    """A release of the strike. `at`: monotonic seconds; `seconds`: for how long."""

    at: float
    seconds: float


class SimulatedDoor:
    """One door. A control panel connects to `path`, a robot at reader number n to the Unix socket `air[n]`.

    `install`, `can` and `lax`: see `Peripheral`. `strikes`: all releases so far; `relocks`: when one was taken back;
    `commands`: all that the control panel has sent, as libosdp gives it. `on_strike` and `on_command` are called from
    the door's own thread. The fire alarm system is wired to input FIRE_INPUT. Use as a context manager, or `start` and
    `stop`.
    """

    def __init__(
        self,
        key: bytes,
        folder: Path,
        *,
        name: str = "door",
        readers: int = 2,
        address: int = 0,
        install: bool = False,
        can: Sequence[int] = LIGHT_AND_SOUND,
        lax: bool = False,
    ) -> None:
        self.strikes: list[Strike] = []
        self.relocks: list[float] = []
        self.commands: list[dict[str, Any]] = []
        self.on_strike: Callable[[Strike], None] = lambda _: None
        self.on_command: Callable[[dict[str, Any]], None] = lambda _: None
        self.electronics = Peripheral(key, address, self._obey, install=install, can=can, lax=lax)
        self.electronics.on_secure = self._report_all
        self.path = self.electronics.path
        self.air = tuple(folder / f"{name}-{number}.sock" for number in range(readers))
        self._contacts, self._switches = bytearray(FIRE_INPUT + 1), bytearray(2)
        self._robots: dict[socket.socket, int] = {}
        for number in range(readers):
            self._listen(number)

    def start(self) -> Self:
        """Power on."""
        self.electronics.start()
        return self

    def stop(self) -> None:
        """Power off for good, and wait for it."""
        self.electronics.stop()
        for source in self.electronics.watch:
            if isinstance(source, socket.socket):
                source.close()
        for path in self.air:
            path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def open(self) -> None:
        """Push the leaf open."""
        self._change(osdp.StatusReportType.Input, self._contacts, _CONTACT, 1)

    def close(self) -> None:
        """Let the leaf fall shut."""
        self._change(osdp.StatusReportType.Input, self._contacts, _CONTACT, 0)

    def rex(self, *, pressed: bool) -> None:
        """Press or release the exit button."""
        self._change(osdp.StatusReportType.Input, self._contacts, _REX, int(pressed))

    def tamper(self, *, active: bool) -> None:
        """Lift the reader off the wall, or put it back."""
        self._change(osdp.StatusReportType.Local, self._switches, 0, int(active))

    def badge(self, bits: int, data: bytes, reader_no: int = 0) -> None:
        """Hold a person's card to a reader."""
        event = {"event": osdp.Event.CardRead, "reader_no": reader_no, "direction": 0}
        card = {"format": osdp.CardFormat.Wiegand, "length": bits, "data": data}
        self.electronics.do(lambda: self.electronics.tell(event | card))

    def fire(self, *, active: bool) -> None:
        """The fire alarm system closes its contact, or opens it again."""
        self._change(osdp.StatusReportType.Input, self._contacts, FIRE_INPUT, int(active))

    def power_cycle(self, seconds: float = 0.0) -> None:
        """Lose power for so long."""
        self.electronics.power_cycle(seconds)

    def silence(self, *, cut: bool) -> None:
        """Cut the line, or mend it."""
        self.electronics.silent = cut

    def noise(self, data: bytes) -> None:
        """Put bytes on the wire towards the control panel."""
        self.electronics.put(data)

    def pass_up(self, data: bytes, vendor_code: int = VENDOR_CODE) -> None:
        """Send a manufacturer reply of one's own making, as a reader gone bad would; at most 128 bytes."""
        self.electronics.do(lambda: self._say(data, vendor_code))

    def _change(self, kind: int, states: bytearray, number: int, value: int) -> None:
        def job() -> None:
            states[number] = value
            self._report(kind, states)

        self.electronics.do(job)

    def _report_all(self) -> None:
        self._report(osdp.StatusReportType.Input, self._contacts)
        self._report(osdp.StatusReportType.Local, self._switches)

    def _report(self, kind: int, states: bytearray) -> None:
        self.electronics.tell({"event": osdp.Event.Status, "type": kind, "report": bytes(states)})

    def _obey(self, command: dict[str, Any]) -> None:
        self.commands.append(command)
        self.on_command(command)
        kind = command["command"]
        if kind == osdp.Command.Output and command["control_code"] == _OFF:
            self.relocks.append(time.monotonic())
        elif kind == osdp.Command.Output:
            self.strikes.append(Strike(time.monotonic(), command["timer_count"] / 10))
            self.on_strike(self.strikes[-1])
        elif kind == osdp.Command.Manufacturer:
            self._tell_robots(command["data"])

    def _listen(self, number: int) -> None:
        self.air[number].unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.air[number]))
        listener.listen()
        self.electronics.watch[listener] = lambda: self._accept(listener, number)

    def _accept(self, listener: socket.socket, number: int) -> None:
        robot, _ = listener.accept()
        robot.setblocking(False)
        air = Air()
        self._robots[robot] = number
        self.electronics.watch[robot] = lambda: self._hear(robot, number, air)

    def _hear(self, robot: socket.socket, number: int, air: Air) -> None:
        try:
            data = robot.recv(4096)
            messages = air.feed(data)
        except (OSError, Malformed):
            data, messages = b"", []
        for message in messages:
            self._relay(number, message)
        if not data:
            del self._robots[robot], self.electronics.watch[robot]
            robot.close()

    def _relay(self, number: int, message: bytes) -> None:
        if message == bytes([PRESENT]):
            self._say(bytes([CARD_PRESENT, number]))
        elif message[0] == ANSWER:
            self._say(bytes([AUTH_RESPONSE, number]) + message[1:])

    def _say(self, data: bytes, vendor_code: int = VENDOR_CODE) -> None:
        # One byte more corrupts libosdp's memory: a robot's over-long answer ends here.
        if len(data) <= MAX_REPLY_DATA:
            self.electronics.tell({"event": osdp.Event.ManufacturerReply, "vendor_code": vendor_code, "data": data})

    def _tell_robots(self, data: bytes) -> None:
        message = _TO_ROBOT.get(data[0])
        for robot, number in self._robots.items():
            if message is not None and number == data[1]:
                with contextlib.suppress(OSError):
                    robot.send(framed(bytes([message]) + data[2:]))
