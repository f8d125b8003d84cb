"""The air between a robot and a simulated reader: one Unix stream socket a reader.

Each frame is a length of two bytes, big-endian, and that many bytes; the first of them names the message.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

PRESENT, CHALLENGE, ANSWER, RESULT = 0x01, 0x02, 0x03, 0x04
MAX_MESSAGE = 256
_LENGTH_SIZE = 2


class Malformed(ValueError):
    """What came over the air is no message."""


class Told(NamedTuple):
    """What a reader told a robot in the end."""

    permit: bool
    reason: str


class Air:
    """Messages out of a stream of any pieces; memory is bounded by one message and one call's input."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Add what arrived and take out whole messages; raises Malformed for an empty or over-long one."""
        self._held += data
        messages: list[bytes] = []
        while len(self._held) >= _LENGTH_SIZE:
            size = int.from_bytes(self._held[:_LENGTH_SIZE], "big")
            if not 0 < size <= MAX_MESSAGE:
                raise Malformed(f"A message of {size} bytes.")
            if len(self._held) < _LENGTH_SIZE + size:
                break
            messages.append(self._held[_LENGTH_SIZE : _LENGTH_SIZE + size])
            self._held = self._held[_LENGTH_SIZE + size :]
        return messages


def framed(message: bytes) -> bytes:
    """The message with its length in front."""
    return len(message).to_bytes(_LENGTH_SIZE, "big") + message


async def approach(reader_path: Path, answer: Callable[[bytes], bytes]) -> Told:
    """Be a robot: present at that reader, answer its challenge and wait to be told. The caller sets the time limit."""
    stream, writer = await asyncio.open_unix_connection(str(reader_path))
    try:
        writer.write(framed(bytes([PRESENT])))
        while True:
            size = int.from_bytes(await stream.readexactly(_LENGTH_SIZE), "big")
            message = await stream.readexactly(size)
            if message[0] == CHALLENGE:
                writer.write(framed(bytes([ANSWER]) + answer(message[1:])))
            elif message[0] == RESULT:
                return Told(bool(message[1]), message[2:].decode("ascii", "replace"))
    finally:
        writer.close()
