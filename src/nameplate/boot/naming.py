"""Events of a restored journal: each under the name that the node had when its record was written."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nameplate.journals.segments.epochs import Epoch
from nameplate.ports.sink import Encode, Event


def by_epoch(found: Sequence[Epoch], node: str, make: Callable[[str], Encode]) -> Encode:
    """Encodes each record with what `make` gives for the name of its time; in most journals there is `node` alone."""
    if len(found) <= 1:
        return make(node)
    firsts, encoders = [epoch.first for epoch in found], [make(epoch.node) for epoch in found]

    def encode(record: Mapping[str, Any]) -> Sequence[Event]:
        seq = record.get("seq")
        place = bisect_right(firsts, seq) - 1 if type(seq) is int else -1
        return encoders[max(0, place)](record)

    return encode
