"""The whole state as records, so that a journal whose beginning was pruned still says everything about now."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, get_type_hints

import msgspec

from nameplate.domain.alarms import Alarm
from nameplate.domain.errors import Invalid
from nameplate.domain.manifests.documents import KINDS, from_document, to_document
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.upstreams import Upstream

PART_BYTES = 512 * 1024
_encode = msgspec.json.Encoder().encode
_BOOKS: Mapping[str, Any] = {"alarms": dict[str, Alarm], "upstreams": dict[str, Upstream]}
_TYPES = get_type_hints(Registry)
_DECLARED = {f"{kind.lower()}s" for kind in KINDS}
_TABLES = [each.name for each in fields(Registry) if each.name not in {"seq", "restored_at"}]

_PLAIN = (
    *("standing", "key", "card", "caller", "enrolment", "unit", "succession", "badge_number"),
    *("bridge_token", "group", "passkey", "session", "sponsorship", "review", "proposal", "floor_plan"),
)
_OTHERS = ("leaf", "lockdown", "threat", "fire", "alarm", "upstream", "held", "person", "in_charge")

Record = Mapping[str, Any]


def frozen(registry: Registry, seq: int) -> Registry:
    """The registry as of now, at record `seq`. Its values never change, so copying the tables is enough."""
    state = Registry(seq=seq, restored_at=registry.restored_at)
    for name in _TABLES:
        _put(state, name, _table(registry, name))
    return state


def taken(registry: Registry, seq: int) -> Callable[[], list[Record]]:
    """Holds the registry fast as of record `seq`; what it returns makes the records, in any thread."""
    state = frozen(registry, seq)
    return lambda: parts(state)


def everything(registry: Registry) -> Iterator[Touched]:
    """All that the registry holds, as if a record had just touched it."""
    for kind in KINDS:
        yield from (Touched(kind, ident) for ident in registry.table(kind))
    for kind in _PLAIN:
        yield from (Touched(kind, ident) for ident in getattr(registry, f"{kind}s"))
    others: tuple[Mapping[str, Any], ...] = (
        registry.leaves,
        registry.lockdowns,
        registry.threats,
        registry.fires,
        registry.alarms.by_id,
        registry.upstreams.by_id,
        registry.held,
        registry.people,
        registry.in_charge,
    )
    for kind, table in zip(_OTHERS, others, strict=True):
        yield from (Touched(kind, ident) for ident in table)
    # What was deleted keeps its last revision.
    for name in registry.revisions:
        kind, _, ident = name.partition("/")
        yield Touched(kind, ident)


def parts(registry: Registry) -> list[Record]:
    """The registry as records, in as many parts as it takes. Each says of how many."""
    chunks = list(_chunks(registry))
    common = {"kind": "snapshot", "of": registry.seq, "restored_at": registry.restored_at, "parts": len(chunks)}
    return [common | {"part": number, "table": name, "rows": rows} for number, (name, rows) in enumerate(chunks, 1)]


def whole(records: Iterable[Record]) -> Registry | None:
    """The state in the last snapshot of which every part is there; None when there is none. Raises Invalid."""
    found: dict[int, dict[int, Record]] = {}
    complete: dict[int, Record] = {}
    for record in records:
        # Each attempt begins anew: what a crash left of an earlier one is not mixed in.
        if record["part"] == 1:
            found[record["of"]] = {}
        kept = found.setdefault(record["of"], {})
        kept[record["part"]] = record
        if len(kept) == record["parts"]:
            complete = dict(kept)
    try:
        return _restored(list(complete.values())) if complete else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"The snapshot in the journal cannot be read: {error!r}."
        raise Invalid("snapshot", message, "Start a version at least as new as its writer.") from error


def _restored(records: list[Record]) -> Registry:
    registry = Registry(seq=int(records[0]["of"]), restored_at=int(records[0]["restored_at"]))
    for record in records:
        name, rows = str(record["table"]), record["rows"]
        if name not in _TABLES:
            raise KeyError(name)
        kept = _BOOKS.get(name, _TYPES[name])
        _put(registry, name, _read_declared(rows) if name in _DECLARED else msgspec.convert(rows, kept, strict=False))
    return registry


def _table(registry: Registry, name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = getattr(registry, name).by_id if name in _BOOKS else getattr(registry, name)
    return table


def _put(registry: Registry, name: str, values: Mapping[str, Any]) -> None:
    if name in _BOOKS:
        for value in values.values():
            getattr(registry, name).put(value)
    else:
        getattr(registry, name).update(values)


def _read_declared(rows: Record) -> dict[str, Any]:
    return {ident: _value(row) for ident, row in rows.items()}


def _value(row: Record) -> Any:
    value: Any = from_document(row["doc"])
    return replace(value, revision=int(row["revision"])) if "revision" in row else value


def _chunks(registry: Registry) -> Iterator[tuple[str, dict[str, msgspec.Raw]]]:
    yield "sites", {}
    for name in _TABLES:
        rows: dict[str, msgspec.Raw] = {}
        size = 0
        for ident, value in _table(registry, name).items():
            raw = _encode(_row(value) if name in _DECLARED else value)
            if rows and size + len(raw) > PART_BYTES:
                yield name, rows
                rows, size = {}, 0
            rows[ident], size = msgspec.Raw(raw), size + len(raw) + len(ident)
        if rows:
            yield name, rows


def _row(value: Any) -> Record:
    """Contracts and rules have a revision, which their document does not hold."""
    revision = getattr(value, "revision", None)
    return {"doc": to_document(value)} | ({} if revision is None else {"revision": revision})
