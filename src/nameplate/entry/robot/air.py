"""The air interface of the simulated readers: a Unix stream socket, frames of two-byte length (big-endian) and bytes.

The robot speaks first. Whatever a reader sends is bounded in size and time.
"""

import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.domain.presence import CHALLENGE_SIZE

PRESENT, CHALLENGE, ANSWER, RESULT = 0x01, 0x02, 0x03, 0x04
MAX_FRAME = 256
MAX_REASON = 32
MAX_CHALLENGES = 3
"""Challenges answered in one exchange. A reader starts afresh when another robot comes; more than that is an attack."""

_LENGTH = 2
_REASON = re.compile(rb"[a-z0-9_]*")


class Outcome(NamedTuple):
    """What the reader showed. Only the door itself says whether it opened."""

    permit: bool
    reason: str


def encode_frame(kind: int, body: bytes = b"") -> bytes:
    """One frame; raises Invalid when the body is too long."""
    payload = bytes([kind]) + body
    if len(payload) > MAX_FRAME:
        raise Invalid("too_large", f"A frame holds at most {MAX_FRAME} bytes, not {len(payload)}.")
    return len(payload).to_bytes(_LENGTH, "big") + payload


def read_length(prefix: bytes) -> int:
    """The length that two bytes announce; raises Invalid when a frame of that length cannot be."""
    length = int.from_bytes(prefix, "big")
    if not 0 < length <= MAX_FRAME:
        raise Invalid("malformed", f"The reader announces a frame of {length} bytes; 1 to {MAX_FRAME} are possible.")
    return length


def read_challenge_frame(payload: bytes) -> bytes:
    """The challenge in a frame; raises Invalid on any other frame."""
    if payload[:1] != bytes([CHALLENGE]) or len(payload) != 1 + CHALLENGE_SIZE:
        raise Invalid("malformed", "The reader did not send a challenge.")
    return payload[1:]


def read_result_frame(payload: bytes) -> Outcome:
    """The outcome in a frame; raises Invalid on any other frame. Every byte but 1 and 0 is malformed, not a permit."""
    kind, verdict, reason = payload[:1], payload[1:2], payload[2:]
    if kind != bytes([RESULT]) or verdict not in (b"\x00", b"\x01") or len(reason) > MAX_REASON:
        raise Invalid("malformed", "The reader did not send a result.")
    if not _REASON.fullmatch(reason):
        raise Invalid("malformed", "The reader sent a reason that is not a reason code.")
    return Outcome(verdict == b"\x01", reason.decode("ascii"))


class Line:
    """A connection to one reader, or to one robot, that ends at `deadline` (monotonic seconds) whatever happens."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection, self._deadline = connection, deadline

    @classmethod
    def to_reader(cls, path: Path, seconds: float) -> Self:
        """Connect to the reader behind a socket; raises Unavailable when nothing listens there."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line = cls(connection, time.monotonic() + seconds)
        try:
            connection.settimeout(seconds)
            connection.connect(str(path))
        except OSError as error:
            connection.close()
            raise _lost(error) from None
        return line

    def send(self, kind: int, body: bytes = b"") -> None:
        """Send one frame; raises Unavailable when it does not leave in time."""
        self._wait_at_most_until_deadline()
        try:
            self._connection.sendall(encode_frame(kind, body))
        except OSError as error:
            raise _lost(error) from None

    def receive(self) -> bytes:
        """The next frame without its length; raises Invalid or Unavailable."""
        return self._exactly(read_length(self._exactly(_LENGTH)))

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            self._wait_at_most_until_deadline()
            try:
                piece = self._connection.recv(size - len(data))
            except OSError as error:
                raise _lost(error) from None
            if not piece:
                raise Unavailable("line_lost", "The other side hung up.", "Present again.")
            data += piece
        return data

    def _wait_at_most_until_deadline(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise _lost(TimeoutError())
        self._connection.settimeout(left)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def exchange(line: Line, answer: Callable[[bytes], bytes]) -> Outcome:
    """Announce a robot, answer what the reader asks, and take the outcome. `answer` turns 58 bytes into 126.

    A reader may turn a robot away without a challenge; a permit without one is not believed.
    """
    line.send(PRESENT)
    for asked in range(MAX_CHALLENGES + 1):
        payload = line.receive()
        if payload[0] == RESULT:
            outcome = read_result_frame(payload)
            if outcome.permit and not asked:
                raise Invalid("malformed", "The reader permits what it has not asked to prove.")
            return outcome
        if asked < MAX_CHALLENGES:
            line.send(ANSWER, answer(read_challenge_frame(payload)))
    raise Invalid("too_many_challenges", "The reader asks again and again.", "Present again; if it goes on, report it.")


def request_challenge(line: Line) -> bytes:
    """Announce a robot and take the challenge (58 bytes)."""
    line.send(PRESENT)
    return read_challenge_frame(line.receive())


def give_answer(line: Line, answer: bytes) -> Outcome:
    """Hand over the answer and take the outcome."""
    line.send(ANSWER, answer)
    return read_result_frame(line.receive())


def _lost(error: OSError) -> Unavailable:
    if isinstance(error, TimeoutError):
        return Unavailable("reader_silent", "The reader did not answer in time.", "Present again.")
    return Unavailable("line_lost", f"The reader cannot be reached: {error.strerror}.", "Check that it is there.")
