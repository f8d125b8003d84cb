"""What happened after a backup, as far as copies kept elsewhere tell: it may only take away.

A copy is not signed record by record. So nothing is permitted because of it: stops are ordered again, keys that were
replaced are cut off, tokens that were exchanged are void. What a copy grants is left to people.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nameplate.domain.actors import Standing, State
from nameplate.domain.errors import Invalid
from nameplate.domain.lifecycle import ORDER_FOR
from nameplate.domain.registry import Registry, fold
from nameplate.domain.timestamps import parse_rfc3339, rfc3339

Record = Mapping[str, Any]
MAX_REASON = 2_000
_TAKE_AWAY = frozenset({"state", "key_bound", "caller", "badge_bound", "badge_withdrawn", "zone_state"})


@dataclass(slots=True)
class Evidence:
    """What copies of `node`'s records behind record `last` tell. `until`: the time of the newest (RFC 3339)."""

    node: str
    last: int
    records: int = 0
    until: str = ""
    cards: list[Record] = field(default_factory=list)
    declared: dict[str, None] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    _known: dict[tuple[int, int], Record] = field(default_factory=dict)
    _actors: dict[str, Record] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Note one record. Raises Invalid for one that no journal holds."""
        seq, at, kind = record.get("seq"), record.get("at"), record.get("kind")
        if type(seq) is not int or not isinstance(at, str) or parse_rfc3339(at) is None or not isinstance(kind, str):
            raise Invalid("evidence", "A record has no number, time or kind.", "Give copies of this journal's records.")
        if seq <= self.last:
            return
        self.records += 1
        self.until = max(self.until, at)
        if kind == "declared":
            self._declared(record)
        if kind in _TAKE_AWAY:
            self._known[seq, len(self._known)] = record
        if kind == "key_bound" and isinstance(card := record.get("card"), dict):
            self.cards.append({**card, "actor": record.get("actor")})

    def losses(self, registry: Registry) -> Iterator[Record]:
        """The records that bring it into force, in order. `registry` is moved along with them."""
        for _, record in sorted(self._known.items()):
            for loss in self._losses(registry, record):
                fold(registry, {**loss, "seq": registry.seq + 1, "at": record["at"]})
                yield loss

    def _losses(self, registry: Registry, record: Record) -> Iterator[Record]:
        try:
            if record["kind"] == "state" and record["to"] != State.ACTIVE:
                yield from self._stopped(registry, record)
            elif record["kind"] == "key_bound":
                yield from _cut_off(registry, str(record["actor"]), record)
            elif record["kind"] == "caller":
                yield from _voided(registry, record)
            elif record["kind"] in {"badge_bound", "badge_withdrawn"}:
                yield from _withdrawn(registry, str(record["badge"]))
            elif record["kind"] == "zone_state" and record["to"] == "locked":
                told = {"zones": [str(zone) for zone in record["zones"]], "reason": str(record["reason"])}
                yield {"kind": "zone_state", "to": "locked", **told, "by": "restore"}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            where = f"Record {record['seq']} of the evidence cannot be used: {error!r}."
            raise Invalid("evidence", where, "Give copies of this journal's records, unaltered.") from None

    def _stopped(self, registry: Registry, record: Record) -> Iterator[Record]:
        state, idents = State(record["to"]), [str(actor["id"]) for actor in record["actors"]]
        for ident in idents:
            if ident not in registry.standings and ident in self._actors:
                yield {"kind": "declared", "by": "restore", "changes": [{"op": "put", "doc": self._actors[ident]}]}
            elif ident not in registry.standings:
                self.unknown[ident] = None
        entries = [_entry(registry, ident) for ident in idents if ident in registry.standings]
        if entries:
            yield _stop(state, entries, str(record.get("cut_off") or record["at"]), record)

    def _declared(self, record: Record) -> None:
        changes = record.get("changes")
        for change in changes if isinstance(changes, list) else ():
            doc = change.get("doc") if isinstance(change, dict) else None
            named = doc if isinstance(doc, dict) else change if isinstance(change, dict) else {}
            kind, ident = str(named.get("kind")), str(named.get("id"))
            self.declared[f"{kind} {ident}"] = None
            if kind == "Actor" and isinstance(doc, dict):
                self._actors[ident] = doc


def _cut_off(registry: Registry, ident: str, record: Record) -> Iterator[Record]:
    """A later key was bound: the one on record is no longer the unit's. Its state stays if that is a stop already."""
    standing = registry.standings.get(ident)
    if standing is not None and standing.state is not State.RETIRED:
        held = standing.state in {State.ACTIVE, State.STAGED}
        yield _stop(State.SUSPENDED if held else standing.state, [_entry(registry, ident)], record["at"], record)


def _voided(registry: Registry, record: Record) -> Iterator[Record]:
    caller = registry.callers.get(str(record["name"]))
    if caller is not None and caller.token_hash and record.get("token_hash") != caller.token_hash:
        void = {"kind": "caller", "name": caller.name, "token_hash": "", "simulate": caller.simulate}
        yield void | {"public_key": caller.public_key, "by": "restore"}


def _withdrawn(registry: Registry, badge: str) -> Iterator[Record]:
    """Its number was taken away or exchanged: the one on record counts no more."""
    if badge in registry.badge_numbers.values():
        yield {"kind": "badge_withdrawn", "badge": badge, "by": "restore"}


def _stop(state: State, entries: list[Record], cut_off: str, record: Record) -> Record:
    at = parse_rfc3339(cut_off)
    if at is None:
        raise ValueError(f"{cut_off} is not a time")
    reason = f"Record {record['seq']}, after the backup: {record.get('reason') or 'another key was bound'}"
    told = {"kind": "state", "order": ORDER_FOR[state], "to": str(state), "actors": entries, "by": "restore"}
    return told | {"reason": reason[:MAX_REASON], "stop": str(record.get("stop") or ""), "cut_off": rfc3339(at)}


def _entry(registry: Registry, ident: str) -> Record:
    standing, actor = registry.standings.get(ident, Standing()), registry.actors.get(ident)
    return {"id": ident, "from": str(standing.state), "unit": str(actor.unit) if actor and actor.unit else ""}
