"""Under which names a journal was written. A restored one goes on under a new name, in a file of its own."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from nameplate.domain.notes import Checkpoint, VerifierKey, origin_of

from .format import MAX_HEADER, Segment, parse_header

_RESTORED = re.compile(rb'\{"seq":[0-9]+,"at":"[^"]{27}","kind":"restored","former":"([^"\\]+)","node":"([^"\\]+)"[,}]')


class Epoch(NamedTuple):
    """From record `first` on the journal is that of `node`."""

    first: int
    node: str


def epochs(segments: Sequence[Segment]) -> list[Epoch]:
    """The names in the headers, oldest first. What cannot be read is passed over."""
    found: list[Epoch] = []
    for segment in segments:
        try:
            with segment.path.open("rb") as file:
                node = parse_header(file.readline(MAX_HEADER + 1)).node
        except (OSError, ValueError):
            continue
        if not found or found[-1].node != node:
            found.append(Epoch(segment.first, node))
    return found


def begins(raw: bytes, former: str, node: str) -> bool:
    """Whether this record says that the journal of `former` was restored as that of `node`."""
    match = _RESTORED.match(raw)
    return match is not None and (match[1].decode(), match[2].decode()) == (former, node)


def keys(key: VerifierKey, found: Sequence[Epoch]) -> list[VerifierKey]:
    """The node's key under all the names that it has signed with. It is the same key: a restore keeps it."""
    origins = dict.fromkeys([key.name, *(origin_of(epoch.node) for epoch in reversed(found))])
    return [VerifierKey(origin, key.public_key) for origin in origins]


def is_lost(checkpoint: Checkpoint, found: Sequence[Epoch]) -> bool:
    """Whether it signs for records that a restore left behind: they were there, under the name of that time."""
    current = found[-1].node if found else ""
    ends = {former.node: later.first - 1 for former, later in pairwise(found) if former.node != current}
    end = ends.get(checkpoint.origin.removeprefix(origin_of("")))
    return end is not None and checkpoint.size > end


def torn_at(following: Segment | None) -> int | None:
    """After a disk failure the next file says how far the one before counts."""
    if following is None:
        return None
    try:
        with following.path.open("rb") as file:
            return parse_header(file.readline(MAX_HEADER + 1)).torn
    except (OSError, ValueError):
        return None
