"""One libosdp control panel for one reader, behind everything that libosdp 3.2.9 needs to be kept from.

- A frame that arrives in pieces stops it: it is only ever given whole ones (`wire.Reassembler`).
- Without EnforceSecure it falls back to clear text and to the default key: off only in an install window.
- Data beyond its buffers corrupts its memory: lengths are checked before each call.
- After a NAK, a wrong key or 8 s of silence it looks away for 300 s: `let_go` and `look_again` cure that.
"""

import importlib.metadata
from collections import deque
from collections.abc import Callable
from typing import Any

import osdp
from osdp.control_panel import osdp_sys

from nameplate.domain.errors import Refused

from .lines import Line, LineLost
from .wire import MAX_COMMAND_DATA, REPLY_BIT, Reassembler

KEY_SIZE = 16
# A command that a reader refuses costs the link for seconds: these go only to readers that say they can.
_NEEDS = {osdp.Command.LED: osdp.Capability.LEDControl, osdp.Command.Buzzer: osdp.Capability.AudibleControl}
Done = Callable[[bool], None]


def refuse_name_clash() -> None:
    """Raise Refused where the distribution `osdp` is installed: it overwrites the module that libosdp brings."""
    try:
        importlib.metadata.version("osdp")
    except importlib.metadata.PackageNotFoundError:
        return
    raise Refused(
        "name_clash",
        "The package 'osdp' hides the one that is needed.",
        "Run: pip uninstall osdp; pip install --force-reinstall libosdp",
    )


class FrameChannel(osdp.Channel):  # type: ignore[misc]
    """What libosdp reads from and writes to: whole frames, one a read; never blocks, never raises."""

    def __init__(self, addresses: frozenset[int], monotonic: Callable[[], float], line: Line | None = None) -> None:
        super().__init__()
        self.line = line
        self.lost = False
        self.heard_at = float("-inf")
        self._reassembler = Reassembler(addresses)
        self._monotonic = monotonic
        self._frames: deque[bytes] = deque(maxlen=64)

    def pump(self) -> int:
        """Take in what has arrived; returns how many whole frames wait."""
        try:
            data = self.line.receive() if self.line else b""
        except LineLost:
            self.lost, data = True, b""
        now = self._monotonic()
        frames = self._reassembler.feed(data, now)
        if frames:
            self.heard_at = now
            self._frames.extend(frames)
        return len(self._frames)

    def read(self, max_bytes: int) -> bytes:
        """The rest of the first whole frame, or nothing: libosdp asks in pieces, but needs them without a gap."""
        if not self._frames:
            return b""
        frame = self._frames.popleft()
        if len(frame) > max_bytes:
            self._frames.appendleft(frame[max_bytes:])
        return frame[:max_bytes]

    def write(self, buf: bytes) -> int:
        """Send; returns how many bytes went."""
        try:
            return self.line.send(buf) if self.line else 0
        except LineLost:
            self.lost = True
            return 0

    def flush(self) -> None:
        """Forget what was received."""
        self._reassembler.clear()
        self._frames.clear()


class Panel:
    """The control panel's end of one reader. Not thread-safe."""

    def __init__(self, address: int, key: bytes, monotonic: Callable[[], float], *, install: bool = False) -> None:
        if len(key) != KEY_SIZE:
            raise Refused("bad_key", f"A transport key has {KEY_SIZE} bytes.", "Create it in the key store.")
        self.channel = FrameChannel(frozenset({REPLY_BIT | address}), monotonic)
        self._events: list[dict[str, Any]] = []
        self._waiting: deque[Done | None] = deque()
        self._completed: list[tuple[Done, bool]] = []
        flags = [] if install else [osdp.LibFlag.EnforceSecure]
        self._reader = osdp.PDInfo(address, self.channel, key, flags=flags).get()
        osdp_sys.set_loglevel(osdp_sys.LOG_EMERG)
        self._libosdp = self._begin()

    def refresh(self) -> list[dict[str, Any]]:
        """Let libosdp work; returns what the reader told."""
        self._libosdp.refresh()
        self._tell_completed()
        events, self._events = self._events, []
        return events

    @property
    def secure(self) -> bool:
        """Whether the reader is online and its Secure Channel is up."""
        return bool(self._libosdp.status() & self._libosdp.sc_status() & 1)

    def send(self, command: dict[str, Any], done: Done | None = None) -> bool:
        """Queue a command; whether it was taken. `done(ok)` follows once, when it was acknowledged or is given up."""
        if len(command.get("data", b"")) > MAX_COMMAND_DATA:
            raise Refused("too_long", f"A manufacturer command carries at most {MAX_COMMAND_DATA} bytes.")
        if not self.secure or not self._able(command["command"]):
            return False
        self._waiting.append(done)
        if self._libosdp.submit_command(0, command):
            return True
        self._waiting.pop()
        return False

    def _able(self, kind: int) -> bool:
        need = _NEEDS.get(kind)
        return need is None or self._libosdp.check_capability(0, need)[0] > 0

    def let_go(self) -> Line | None:
        """Forget the reader and all that was meant for it; returns its line, to be closed."""
        line, self.channel.line = self.channel.line, None
        self._libosdp.flush_commands(0)
        self._libosdp.disable_pd(0)
        self.channel.flush()
        self._libosdp.refresh()
        if self._waiting:
            # What is on the wire now would complete later, in the name of another command.
            self._completed += [(done, False) for done in self._waiting if done is not None]
            self._waiting.clear()
            self._libosdp = self._begin()
        self._tell_completed()
        return line

    def look_again(self, line: Line) -> None:
        """Start afresh with the reader on `line`."""
        self.channel.line, self.channel.lost = line, False
        self._libosdp.enable_pd(0)

    def _begin(self) -> Any:
        panel = osdp_sys.ControlPanel([self._reader])
        panel.set_event_callback(self._on_event)
        panel.set_command_completion_callback(self._on_completion)
        panel.disable_pd(0)
        return panel

    # libosdp calls these from within refresh(); an exception here would be lost in C.
    def _on_event(self, _index: int, event: dict[str, Any]) -> int:
        self._events.append(dict(event))
        # libosdp's wrapper never frees the dictionary that it passes in.
        event.clear()
        return 0

    def _on_completion(self, _index: int, _command: dict[str, Any], status: int) -> None:
        # Commands of one reader complete in the order in which they were queued.
        done = self._waiting.popleft() if self._waiting else None
        if done is not None:
            self._completed.append((done, status == osdp.CompletionStatus.Ok))

    def _tell_completed(self) -> None:
        completed, self._completed = self._completed, []
        for done, acknowledged in completed:
            done(acknowledged)
