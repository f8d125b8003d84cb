"""The trace that a question is part of (W3C Trace Context, level 1, `traceparent`)."""

import re
from typing import NamedTuple

_PARENT = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-[ -~]{0,400})?"
)
_ODD = b"13579bdf"


class Trace(NamedTuple):
    """`id`: of the trace, 32 hex digits. `parent`: the caller's span in it, 16 of them. `sampled`: whether the caller
    records that span.
    """

    id: str | None
    parent: str | None
    sampled: bool


UNTRACED = Trace(None, None, False)


def read_trace(traceparent: bytes) -> Trace:
    """What a `traceparent` says; UNTRACED for what is none (section 3.2).

    A version that is newer than ours may go on behind a dash; of it, too, only this is used.
    """
    match = _PARENT.fullmatch(traceparent)
    if match is None or (match[1] == b"00" and match[5]):
        return UNTRACED
    return Trace(match[2].decode("ascii"), match[3].decode("ascii"), match[4] in _ODD)
