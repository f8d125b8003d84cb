"""From the tables and the journal to the state of now."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from nameplate.domain.index import Index
from nameplate.domain.registry import Registry, fold
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.journals.segments import SegmentReader

_decode: Any = msgspec.json.Decoder().decode


def replay(registry: Registry, journal: Path) -> int:
    """Apply all records that the registry lacks; returns how many. Whatever the tables forgot, the journal knows."""
    count = 0
    for entry in SegmentReader(journal).read(registry.seq + 1):
        fold(registry, _decode(entry.raw))
        count += 1
    return count


def recount_permits(index: Index, registry: Registry, journal: Path, now: int, mono: float) -> None:
    """Count again, from the record, the permits of rate-limited grants that are still young enough to matter.

    A permit under an earlier revision counts towards the grant that stands in its place now: rather one too many.
    """
    longest = max(
        (grant.rate.seconds for contract in registry.contracts.values() for grant in contract.grants if grant.rate),
        default=0,
    )
    if not longest:
        return
    for record in _recent_permits(SegmentReader(journal), registry.seq, now - longest * 1_000_000):
        contract = registry.contracts.get(record["contract_revision"].rpartition("@")[0])
        if contract is None:
            continue
        verdict = Verdict(True, Reason(record["reason"]), (), contract.name, record.get("grant", -1))
        age = (now - (parse_rfc3339(record["at"]) or now)) / 1_000_000
        index.count_permit(verdict, record["actor"], mono - age)


def _recent_permits(reader: SegmentReader, last: int, since: int) -> Iterator[dict[str, Any]]:
    for entry in reader.read(first_since(reader, last, since)):
        if b'"decision":"permit"' in entry.raw:
            record = _decode(entry.raw)
            if record["kind"] == "decision" and not record.get("simulated"):
                yield record


def first_since(reader: SegmentReader, last: int, since: int) -> int:
    """The first record that was written at `since` (microseconds, UTC) or later; one past `last` if there is none."""
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        entry = reader.find(middle)
        at = parse_rfc3339(_decode(entry.raw)["at"]) if entry else None
        if at is None or at < since:
            low = middle + 1
        else:
            high = middle
    return low
