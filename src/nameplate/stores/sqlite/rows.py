"""Registry values <-> rows, one pair of functions a table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Table

from nameplate.domain.actors import BoundKey, Standing, State
from nameplate.domain.alarms import Alarm
from nameplate.domain.cards import Card, CardNumber
from nameplate.domain.contracts import Contract
from nameplate.domain.floor_plans import FloorPlan
from nameplate.domain.interlocks import Leaf
from nameplate.domain.lockdowns import Alert, Lockdown
from nameplate.domain.manifests.documents import KINDS, from_document, kind_of, to_document
from nameplate.domain.people import Passkey, Person, Session
from nameplate.domain.points import Caller
from nameplate.domain.policies import Rule
from nameplate.domain.proposals import Proposal
from nameplate.domain.registry import Enrolment, Registry
from nameplate.domain.sponsorships import Sponsorship
from nameplate.domain.upstreams import Upstream

from . import tables

Fields = dict[str, Any]
Cells = tuple[Any, ...]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Kept(NamedTuple):
    """How one kind of thing is kept. `row` gives None for what is no longer there; `restore` is its inverse.

    `key`: the column that holds the id. `fixed`: columns that hold the same for the whole kind.
    """

    table: Table
    key: str
    row: Callable[[Registry, str], Fields | None]
    restore: Callable[[Registry, Cells], None]
    fixed: Fields


def _objects(kind: str) -> Kept:
    def row(registry: Registry, ident: str) -> Fields | None:
        value, last = registry.table(kind).get(ident), registry.revision(kind, ident)
        if value is None and not last:
            return None
        doc = None if value is None else _encode(to_document(value))
        return {"kind": kind, "id": ident, "doc": doc, "revision": last}

    return Kept(tables.OBJECTS, "id", row, _restore_object, {"kind": kind})


def _restore_object(registry: Registry, row: Cells) -> None:
    kind, ident, doc, revision = row
    if kind in _FACTS:
        _FACTS[kind].restore(registry, ident, _decode(doc))
        return
    if revision:
        registry.revisions[f"{kind}/{ident}"] = revision
    if doc is None:
        return
    value = from_document(_decode(doc))
    if (kind_of(value), value.id) != (kind, ident):
        raise ValueError(f"the row of {kind} {ident} holds something else")
    registry.table(kind)[ident] = replace(value, revision=revision) if isinstance(value, Contract | Rule) else value


class Fact(NamedTuple):
    """Something small that has happened, kept among the objects. `value` gives None for what is no longer there."""

    value: Callable[[Registry, str], Any]
    restore: Callable[[Registry, str, Any], None]


def _fact(kind: str) -> Kept:
    def row(registry: Registry, ident: str) -> Fields | None:
        value = _FACTS[kind].value(registry, ident)
        return None if value is None else {"kind": kind, "id": ident, "doc": _encode(value), "revision": 0}

    return Kept(tables.OBJECTS, "id", row, _restore_object, {"kind": kind})


def _restore_badge_number(registry: Registry, hashed: str, badge: str) -> None:
    registry.badge_numbers[hashed] = badge


def _restore_lockdown(registry: Registry, zone: str, value: Any) -> None:
    registry.lockdowns[zone] = msgspec.convert(value, Lockdown)


def _restore_threat(registry: Registry, site: str, value: Any) -> None:
    registry.threats[site] = msgspec.convert(value, Alert)


def _restore_leaf(registry: Registry, door: str, value: Any) -> None:
    registry.leaves[door] = msgspec.convert(value, Leaf)


def _restore_succession(registry: Registry, actor: str, former: str) -> None:
    registry.successions[actor] = former


def _restore_fire(registry: Registry, door: str, site: str) -> None:
    registry.fires[door] = site


def _restore_alarm(registry: Registry, ident: str, doc: Any) -> None:
    alarm = msgspec.convert(doc, Alarm)
    if alarm.id != ident:
        raise ValueError(f"the row of alarm {ident} holds something else")
    registry.alarms.put(alarm)


def _restore_upstream(registry: Registry, ident: str, doc: Any) -> None:
    upstream = msgspec.convert(doc, Upstream)
    if upstream.id != ident:
        raise ValueError(f"the row of upstream {ident} holds something else")
    registry.upstreams.put(upstream)


def _table_of(name: str, kind: type | None = None) -> Fact:
    """A plain table of the registry; `kind`: what its values are, if they are not text."""

    def restore(registry: Registry, ident: str, doc: Any) -> None:
        getattr(registry, name)[ident] = doc if kind is None else msgspec.convert(doc, kind)

    return Fact(lambda registry, ident: getattr(registry, name).get(ident), restore)


_FACTS: Mapping[str, Fact] = {
    "leaf": Fact(lambda registry, door: registry.leaves.get(door), _restore_leaf),
    "lockdown": Fact(lambda registry, zone: registry.lockdowns.get(zone), _restore_lockdown),
    "threat": Fact(lambda registry, site: registry.threats.get(site), _restore_threat),
    "succession": Fact(lambda registry, actor: registry.successions.get(actor), _restore_succession),
    "alarm": Fact(lambda registry, ident: registry.alarms.by_id.get(ident), _restore_alarm),
    "fire": Fact(lambda registry, door: registry.fires.get(door), _restore_fire),
    "badge_number": Fact(lambda registry, hashed: registry.badge_numbers.get(hashed), _restore_badge_number),
    "upstream": Fact(lambda registry, ident: registry.upstreams.by_id.get(ident), _restore_upstream),
    "held": _table_of("held"),
    "bridge_token": _table_of("bridge_tokens"),
    "person": _table_of("people", Person),
    "group": _table_of("groups", int),
    "passkey": _table_of("passkeys", Passkey),
    "session": _table_of("sessions", Session),
    "sponsorship": _table_of("sponsorships", Sponsorship),
    "review": _table_of("reviews"),
    "in_charge": _table_of("in_charge", int),
    "proposal": _table_of("proposals", Proposal),
    "floor_plan": _table_of("floor_plans", FloorPlan),
}


def _standing(registry: Registry, ident: str) -> Fields | None:
    standing = registry.standings.get(ident)
    if standing is None:
        return None
    return {
        "actor": ident,
        "state": str(standing.state),
        "since": standing.since,
        "cut_off": standing.cut_off,
        "key": standing.key,
        "counter": standing.counter,
        "zone": standing.zone,
        "zone_at": standing.zone_at,
    }


def _restore_standing(registry: Registry, row: Cells) -> None:
    actor, state, *rest = row
    registry.standings[actor] = Standing(State(state), *rest)


def _key(registry: Registry, handle: str) -> Fields | None:
    key = registry.keys.get(handle)
    if key is None:
        return None
    return {
        "handle": handle,
        "public": key.public,
        "actor": key.actor,
        "bound_at": key.bound_at,
        "revoked": key.revoked,
    }


def _restore_key(registry: Registry, row: Cells) -> None:
    registry.keys[row[0]] = BoundKey(*row)


def _card(registry: Registry, ident: str) -> Fields | None:
    card = registry.cards.get(ident)
    if card is None:
        return None
    return {
        "id": ident,
        # Beyond 63 bits an integer does not fit a column.
        "number": msgspec.json.encode(card.number),
        "actor": card.actor,
        "pool": card.pool,
        "given_at": card.given_at,
        "withdrawn": card.withdrawn,
    }


def _restore_card(registry: Registry, row: Cells) -> None:
    ident, number, actor, *rest = row
    registry.cards[ident] = Card(msgspec.json.decode(number, type=CardNumber), actor, *rest)
    registry.holders[actor] = ident


def _caller(registry: Registry, name: str) -> Fields | None:
    caller = registry.callers.get(name)
    if caller is None:
        return None
    return {
        "name": name,
        "token_hash": caller.token_hash,
        "simulate": caller.simulate,
        "public_key": caller.public_key,
    }


def _restore_caller(registry: Registry, row: Cells) -> None:
    registry.callers[row[0]] = Caller(*row)


def _enrolment(registry: Registry, code_hash: str) -> Fields | None:
    enrolment = registry.enrolments.get(code_hash)
    return None if enrolment is None else {"code_hash": code_hash, **enrolment._asdict()}


def _restore_enrolment(registry: Registry, row: Cells) -> None:
    code_hash, actor, expires_at = row
    registry.enrolments[code_hash], registry.offers[actor] = Enrolment(actor, expires_at), code_hash


def _unit(registry: Registry, unit: str) -> Fields | None:
    actor = registry.units.get(unit)
    return None if actor is None else {"unit": unit, "actor": actor}


def _restore_unit(registry: Registry, row: Cells) -> None:
    unit, actor = row
    registry.units[unit] = actor


# By the kind of `Touched`.
KEPT: Mapping[str, Kept] = {
    **{kind: _objects(kind) for kind in KINDS},
    **{kind: _fact(kind) for kind in _FACTS},
    "standing": Kept(tables.STANDINGS, "actor", _standing, _restore_standing, {}),
    "key": Kept(tables.KEYS, "handle", _key, _restore_key, {}),
    "card": Kept(tables.CARDS, "id", _card, _restore_card, {}),
    "caller": Kept(tables.CALLERS, "name", _caller, _restore_caller, {}),
    "enrolment": Kept(tables.ENROLMENTS, "code_hash", _enrolment, _restore_enrolment, {}),
    "unit": Kept(tables.UNITS, "unit", _unit, _restore_unit, {}),
}
