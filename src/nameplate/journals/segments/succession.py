"""Which keys have signed for a journal. Each hands over to the next in a record that it signs itself.

A record of kind `node_key` carries that signature, so it proves the step without any checkpoint of its time; it is
written again before the segment that holds it is pruned. What does not hold, or does not continue the line, counts for
nothing: the key that it names is then one that nobody has announced.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from .epochs import torn_at
from .format import MAX_HEADER, MAX_RECORD, Segment
from .heads import ed25519_holds

KIND = "node_key"
_MARK = b'"kind":"node_key",'
_RECORD = re.compile(
    rb'\{"seq":[0-9]+,"at":"[^"]{27}","kind":"node_key",'
    rb'"step":"([1-9][0-9]{0,18}) ([0-9a-f]{64}) ([0-9a-f]{64})","signature":"([0-9a-f]{128})"'
)


class Handover(NamedTuple):
    """From record `since` on `key` signs, and `former` no more; both may sign for the `since` records up to it.

    Ed25519 public keys, and the signature of `former` over the step.
    """

    since: int
    former: bytes
    key: bytes
    signature: bytes

    @property
    def step(self) -> str:
        """What is signed, behind a heading of its own."""
        return f"{self.since} {self.former.hex()} {self.key.hex()}"

    def members(self) -> dict[str, str]:
        """As a record says it: these members, in this order, behind `kind`."""
        return {"step": self.step, "signature": self.signature.hex()}


class Reign(NamedTuple):
    """`key` signs for `first` up to `last` records; `last` is `None` for the key that is in force."""

    key: bytes
    first: int
    last: int | None

    def covers(self, size: int) -> bool:
        """Whether a checkpoint of this key may sign for so many records."""
        return self.first <= size and (self.last is None or size <= self.last)


def announce(since: int, former: bytes, key: bytes, sign: Callable[[bytes], bytes]) -> Handover:
    """The handover from `former`, which `sign` signs with, to `key`."""
    unsigned = Handover(since, former, key, b"")
    return unsigned._replace(signature=sign(_text(unsigned)))


def announced(raw: bytes) -> Handover | None:
    """The handover in the record `raw`, if it is one and its signature holds."""
    match = _RECORD.match(raw)
    if match is None:
        return None
    former, key, signature = (bytes.fromhex(match[group].decode()) for group in (2, 3, 4))
    handover = Handover(int(match[1]), former, key, signature)
    return handover if ed25519_holds(former, signature, _text(handover)) else None


def handovers(segments: Sequence[Segment]) -> list[Handover]:
    """Every step of the line, oldest first. Files that cannot be read are passed over."""
    found: list[Handover] = []
    for handover in sorted(_stated(segments), key=lambda each: each.since):
        if not found or handover.former == found[-1].key:
            found.append(handover)
    return found


def reigns(found: Sequence[Handover], alone: bytes) -> list[Reign]:
    """Who signed when. `alone` is the key of a journal that has never had another."""
    if not found:
        return [Reign(alone, 0, None)]
    starts = [0, *(handover.since for handover in found)]
    keys = [found[0].former, *(handover.key for handover in found)]
    return [Reign(*each) for each in zip(keys, starts, [*starts[1:], None], strict=True)]


def _text(handover: Handover) -> bytes:
    return f"nameplate key {handover.step}".encode()


def _stated(segments: Sequence[Segment]) -> Iterator[Handover]:
    for segment, following in itertools.zip_longest(segments, segments[1:]):
        try:
            with segment.path.open("rb") as file:
                yield from _in_file(file, torn_at(following))
        except OSError:
            continue


def _in_file(file: BinaryIO, limit: int | None) -> Iterator[Handover]:
    offset = len(file.readline(MAX_HEADER + 1))
    while (limit is None or offset < limit) and (line := file.readline(MAX_RECORD + 1)):
        if _MARK in line and (handover := announced(line[65:])):
            yield handover
        offset += len(line)
