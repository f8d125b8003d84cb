"""Bytes <-> frames. A frame is a four-byte big-endian length and that many bytes of msgpack."""

from typing import Any

import msgspec

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable

MAX_FRAME = 16 * 1024 * 1024
MAX_FIRST_FRAME = 4096
"""Bytes that a stranger may send in one frame, until it has proved who it is."""
LENGTH_BYTES = 4
MAX_TEXT = 1024
"""Characters of an error that travel: what the other side sent must not come back to it at any length."""


class Call(msgspec.Struct, tag="call", array_like=True):
    """A question. Both sides number their own calls."""

    number: int
    verb: str
    body: msgspec.Raw


class Reply(msgspec.Struct, tag="reply", array_like=True):
    """The answer to the call of that number."""

    number: int
    body: msgspec.Raw


class Failure(msgspec.Struct, tag="failure", array_like=True):
    """The call of that number could not be done."""

    number: int
    family: str
    code: str
    message: str
    remedy: str


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What bytes from the other side can raise when they are decoded."""

Frame = Call | Reply | Failure

_FAMILIES: dict[str, type[NameplateError]] = {
    each.__name__: each for each in (Conflict, Invalid, NotFound, Refused, Unavailable, NameplateError)
}
_decoder: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)
_encoder = msgspec.msgpack.Encoder()


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; raises Invalid where it would be too long for the other side."""
    payload = _encoder.encode(frame)
    if len(payload) > MAX_FRAME:
        raise Invalid("too_large", f"A message of {len(payload)} bytes is over the limit of {MAX_FRAME}.")
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def decode(payload: bytes) -> Frame:
    """The frame in `payload`; raises Invalid on anything else."""
    try:
        return _decoder.decode(payload)
    except UNREADABLE as error:
        raise Invalid("malformed", f"A message could not be read: {error}.") from None


def frame_length(prefix: bytes, limit: int = MAX_FRAME) -> int:
    """The length that the four bytes announce; raises Invalid when it is over the limit."""
    length = int.from_bytes(prefix, "big")
    if length > limit:
        raise Invalid("too_large", f"A message of {length} bytes is over the limit of {limit}.")
    return length


def pack(value: Any) -> msgspec.Raw:
    """A body, ready to travel."""
    return msgspec.Raw(_encoder.encode(value))


def failure(number: int, error: NameplateError) -> Failure:
    """An error, ready to travel."""
    return Failure(number, _family(error), error.code, error.message[:MAX_TEXT], error.remedy[:MAX_TEXT])


def _family(error: NameplateError) -> str:
    """The nearest family that the other side knows, too, in the place of a finer error of one adapter."""
    names = (each.__name__ for each in type(error).__mro__)
    return next(name for name in names if name in _FAMILIES)


def raised(frame: Failure) -> NameplateError:
    """The error that travelled."""
    return _FAMILIES.get(frame.family, NameplateError)(frame.code, frame.message, frame.remedy)
