"""Bytes of OSDP (IEC 60839-11-5): whole frames out of a byte stream, and the presence messages inside them.

The messages follow PKOC over OSDP: manufacturer-specific commands and replies whose first byte names the message.
"""

import binascii
from typing import NamedTuple

from nameplate.domain.errors import Invalid
from nameplate.domain.presence import ANSWER_SIZE, CHALLENGE_SIZE

# Provisional: PKOC has not settled its OUI. Locally administered, so it collides with no manufacturer's.
VENDOR_CODE = 0x0A4E50

CARD_PRESENT, AUTH_REQUEST, AUTH_RESPONSE, AUTH_RESULT = 0xE0, 0xE1, 0xE2, 0xE3
MAX_REASON = 32

# libosdp 3.2.9 overruns its own buffers beyond these: never hand it more.
MAX_COMMAND_DATA, MAX_REPLY_DATA = 64, 128

START, REPLY_BIT, BROADCAST = 0x53, 0x80, 0x7F
HEADER_SIZE, MIN_FRAME = 5, 7
# The longest frame of this protocol, an encrypted answer, has 158 bytes; a longer one is not for libosdp to judge.
MAX_FRAME = 160
_HAS_CRC = 0x04
_CRC_START = 0x1D0F
# A frame of full length takes 170 ms at 9600 baud; a pause of this length inside one means that it never ends.
STALLED_S = 0.1


class CardPresent(NamedTuple):
    """Somebody stands at a reader."""

    reader_no: int


class AuthResponse(NamedTuple):
    """A robot's answer, still unchecked but of the right size."""

    reader_no: int
    answer: bytes


def auth_request(reader_no: int, challenge: bytes) -> bytes:
    """The command that carries a challenge to a reader."""
    if len(challenge) != CHALLENGE_SIZE:
        raise Invalid("malformed", f"A challenge has {CHALLENGE_SIZE} bytes, not {len(challenge)}.")
    return bytes([AUTH_REQUEST, reader_no]) + challenge


def auth_result(reader_no: int, reason: str, *, permit: bool) -> bytes:
    """The command that tells a robot, through the reader, what was decided."""
    text = reason.encode("ascii", "replace")[:MAX_REASON]
    return bytes([AUTH_RESULT, reader_no, permit]) + text


def read_reply(vendor_code: int, data: bytes) -> CardPresent | AuthResponse | None:
    """Parse a manufacturer reply. None: not ours. Raises Invalid when it is ours but not well formed."""
    if vendor_code != VENDOR_CODE:
        return None
    if len(data) == 2 and data[0] == CARD_PRESENT:
        return CardPresent(data[1])
    if len(data) == 2 + ANSWER_SIZE and data[0] == AUTH_RESPONSE:
        return AuthResponse(data[1], bytes(data[2:]))
    raise Invalid("malformed", f"A manufacturer reply of {len(data)} bytes is no presence message.")


def reader_of(data: bytes) -> int | None:
    """Which reader a malformed message came from, as far as it says."""
    return data[1] if len(data) >= 2 else None


class Reassembler:
    """Whole, checksummed frames of one party out of a stream that arrives in any pieces.

    `addresses`: values of the address byte that are let through; a control panel takes only replies of its own
    reader. Memory is bounded by one frame and one call's input.
    """

    def __init__(self, addresses: frozenset[int]) -> None:
        self._addresses = addresses
        self._held = bytearray()
        self._last = 0.0

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """Add what arrived at `now` (monotonic seconds) and take out the frames that are complete."""
        if self._held and now - self._last > STALLED_S:
            # Look again behind a start byte that led nowhere.
            del self._held[0]
        if data:
            self._last = now
            self._held += data
        frames: list[bytes] = []
        while (frame := self._next()) is not None:
            if frame[1] in self._addresses:
                frames.append(frame)
        return frames

    @property
    def held(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._held)

    def clear(self) -> None:
        """Forget what has arrived so far."""
        self._held.clear()

    def _next(self) -> bytes | None:
        while True:
            start = self._held.find(START)
            del self._held[: len(self._held) if start < 0 else start]
            if len(self._held) < HEADER_SIZE:
                return None
            size = int.from_bytes(self._held[2:4], "little")
            if MIN_FRAME <= size <= MAX_FRAME:
                if len(self._held) < size:
                    return None
                frame = bytes(self._held[:size])
                if intact(frame):
                    del self._held[:size]
                    return frame
            del self._held[0]


def intact(frame: bytes) -> bool:
    """Whether the frame's own CRC-16 or checksum holds."""
    if frame[4] & _HAS_CRC:
        return binascii.crc_hqx(frame[:-2], _CRC_START) == int.from_bytes(frame[-2:], "little")
    return sum(frame) & 0xFF == 0
