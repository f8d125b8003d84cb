"""The trace that a question is part of (W3C Trace Context, level 1, `traceparent`)."""

import re

_PARENT = re.compile(rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[ -~]{0,400})?")


def trace_id(traceparent: bytes) -> str | None:
    """The id of the trace, 32 hex digits; None for what is no `traceparent` (section 3.2).

    A version that is newer than ours may go on behind a dash; of it, too, only the id is used.
    """
    match = _PARENT.fullmatch(traceparent)
    if match is None or (match[1] == b"00" and match[3]):
        return None
    return match[2].decode("ascii")
