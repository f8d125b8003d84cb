"""From the tables and the journal to the state of now."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec

from nameplate.domain.index import Index
from nameplate.domain.registry import Registry, fold
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.flows.observe import ENDS
from nameplate.flows.snapshot import whole
from nameplate.journals.segments import JournalCut, JournalPrunedMeanwhile, SegmentReader
from nameplate.journals.segments.reader import first_seq

_decode: Any = msgspec.json.Decoder().decode


def replay(registry: Registry, journal: Path) -> int:
    """Apply all records that the registry lacks; returns how many. Whatever the tables forgot, the journal knows.

    Raises JournalCut, and JournalPrunedMeanwhile before it would go on behind a gap.
    """
    catch_up(registry, journal)
    count = 0
    for entry in SegmentReader(journal).read(registry.seq + 1):
        if entry.seq != registry.seq + 1:
            raise JournalPrunedMeanwhile
        fold(registry, _decode(entry.raw))
        count += 1
    return count


def catch_up(registry: Registry, journal: Path) -> bool:
    """Begin with the newest snapshot if records that the registry lacks were pruned; returns whether that was so.

    Raises JournalCut when they are missing and nothing tells what they made of the state.
    """
    first = first_seq(journal)
    if registry.seq + 1 >= first:
        return False
    parts = (_decode(entry.raw) for entry in SegmentReader(journal).read() if b'"kind":"snapshot"' in entry.raw[:90])
    state = whole(parts)
    if state is None:
        raise JournalCut(f"record {first} is the oldest, and no snapshot says what was before")
    for each in fields(Registry):
        setattr(registry, each.name, getattr(state, each.name))
    return True


def recount_permits(index: Index, registry: Registry, journal: Path, now: int, mono: float) -> None:
    """Count again, from the record, the permits of rate-limited grants and at interlocked doors that still matter.

    A permit under an earlier revision counts towards the grant that stands in its place now: rather one too many.
    """
    rates = [grant.rate for contract in registry.contracts.values() for grant in contract.grants if grant.rate]
    longest = max(
        (*(rate.seconds for rate in rates), *(each.release_s for each in registry.interlocks.values())), default=0
    )
    if not longest:
        return
    for record in _recent(SegmentReader(journal), registry.seq, now - int(longest * 1_000_000)):
        if record["kind"] == "outcome":
            index.crossing_ended(record.get("door", ""))
            continue
        contract = registry.contracts.get(record["contract_revision"].rpartition("@")[0])
        name = contract.name if contract else ""
        verdict = Verdict(True, Reason(record["reason"]), (), name, record.get("grant", -1))
        age = (now - (parse_rfc3339(record["at"]) or now)) / 1_000_000
        index.count_permit(verdict, record["actor"], mono - age)
        index.release(record.get("resource", ""), mono - age)


def _recent(reader: SegmentReader, last: int, since: int) -> Iterator[dict[str, Any]]:
    """Permits that were given, and ends of crossings."""
    for entry in reader.read(first_since(reader, last, since)):
        if b'"decision":"permit"' not in entry.raw and b'"kind":"outcome"' not in entry.raw:
            continue
        record = _decode(entry.raw)
        permit = record["kind"] == "decision" and not record.get("simulated")
        if permit or (record["kind"] == "outcome" and record["happening"] in ENDS):
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
