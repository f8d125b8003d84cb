"""What is declared and what has happened to it, and the one definition of how the journal makes that state."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from . import badges, fires, floor_plans, holds, lockdowns, people, proposals, sponsorships
from .actors import Actor, BoundKey, Standing, State
from .cards import Card, CardNumber
from .contracts import Contract
from .errors import Invalid
from .interlocks import Leaf, leaf_after
from .manifests.documents import KINDS, Declared, from_document, kind_of
from .outcomes import Happening
from .points import Caller
from .policies import Rule
from .state import Enrolment, Record, Registry, Touched, unit_key
from .timestamps import moment as _time

__all__ = ["Enrolment", "Record", "Registry", "Touched", "fold", "unit_key"]

BY_BRIDGE = "bridge:"
"""How the name of whoever ordered begins where a bridge did."""


def fold(registry: Registry, record: Record) -> tuple[Touched, ...]:
    """Apply one journal record and say what it changed. Kinds without effect on the state change nothing.

    A record applied twice in a row counts once. A `declared` record can be tried on an empty `Registry()` before it is
    written: what that takes, every other one takes too.
    Raises Invalid for a record that this version cannot have written; the registry is then not to be used.
    """
    rule = _RULES.get(record.get("kind", ""))
    try:
        touched = tuple(rule(registry, record)) if rule else ()
    except (KeyError, TypeError, ValueError, AttributeError, Invalid) as error:
        raise Invalid(
            "journal_record",
            f"Record {record.get('seq')} ({record.get('kind')}) cannot be applied: {error!r}.",
            "Run `nameplate journal verify`; if the journal is whole, start a version at least as new as its writer.",
        ) from error
    registry.seq = record.get("seq", registry.seq)
    return touched


def _declared(registry: Registry, record: Record) -> Iterator[Touched]:
    at = _time(record["at"])
    steps = [_step(registry, change, at) for change in record["changes"]]
    for step in steps:
        yield from step()


def _restored(registry: Registry, record: Record) -> Iterator[Touched]:
    return (Touched(*each) for each in holds.restore(registry, _time(record["at"]), record.get("cards", ())))


def _step(registry: Registry, change: Record, at: int) -> Callable[[], Iterable[Touched]]:
    """A change that has been understood, ready to be made."""
    if change["op"] == "delete":
        kind, ident = str(change["kind"]), str(change["id"])
        return lambda: _delete(registry, kind, ident)
    value = from_document(change["doc"])
    if isinstance(value, Contract | Rule):
        value = replace(value, revision=int(change["revision"]))
    return lambda: _put(registry, value, at)


def _delete(registry: Registry, kind: str, ident: str) -> Iterator[Touched]:
    table = registry.table(kind) if kind in KINDS and kind != "Actor" else {}
    if table.pop(ident, None):
        yield Touched(kind, ident)
        if kind == "Badge":
            yield from (Touched("badge_number", each) for each in badges.withdraw(registry.badge_numbers, ident))
        yield from _forget_fires(registry)


def _put(registry: Registry, value: Declared, at: int) -> Iterator[Touched]:
    kind = kind_of(value)
    registry.table(kind)[value.id] = value
    yield Touched(kind, value.id)
    yield from _forget_fires(registry)
    if isinstance(value, Contract | Rule):
        registry.revisions[f"{kind}/{value.id}"] = value.revision
    elif isinstance(value, Actor) and value.id not in registry.standings:
        yield from _admit(registry, value, at)


def _admit(registry: Registry, actor: Actor, at: int) -> Iterator[Touched]:
    """Only a new actor gets its initial state and takes over its unit: applying again must never lift a stop."""
    holders = registry.upstreams.holders(actor.id)
    cut_off = max((each.cut_off for each in registry.upstreams.of(actor.id)), default=0) or None
    registry.standings[actor.id] = Standing(State.SUSPENDED if holders else actor.initial, at, cut_off)
    registry.reviews[actor.id] = at
    yield Touched("standing", actor.id)
    yield Touched("review", actor.id)
    if actor.unit:
        key = unit_key(actor.unit.identity)
        registry.units[key] = actor.id
        yield Touched("unit", key)


def _state(registry: Registry, record: Record) -> Iterator[Touched]:
    at, target = _time(record["at"]), State(record["to"])
    stops = target is not State.ACTIVE
    cut_off = _time(record.get("cut_off") or record["at"]) if stops else None
    for ident in [str(entry["id"]) for entry in record["actors"]]:
        standing = registry.standings.get(ident)
        if standing is None:
            continue
        registry.standings[ident] = _moved(standing, target, at, cut_off)
        yield Touched("standing", ident)
        yield from _hold(registry, ident, str(record.get("by", "")) if target is State.SUSPENDED else "")
        if stops:
            yield from _withdraw_offer(registry, ident)
        if target is State.RETIRED:
            yield from _withdraw_card(registry, ident)


def _hold(registry: Registry, actor: str, by: str) -> Iterator[Touched]:
    """Whether a bridge alone stopped it: what a person orders is for a person to lift."""
    former = registry.held.pop(actor, "")
    if by.startswith(BY_BRIDGE):
        registry.held[actor] = by.removeprefix(BY_BRIDGE)
    if registry.held.get(actor, "") != former:
        yield Touched("held", actor)


def _moved(standing: Standing, target: State, at: int, cut_off: int | None) -> Standing:
    """Retired is final, and a cut-off never moves back."""
    state = State.RETIRED if standing.state is State.RETIRED else target
    if cut_off is not None and standing.cut_off is not None:
        cut_off = max(cut_off, standing.cut_off)
    return replace(standing, state=state, since=at, cut_off=standing.cut_off if cut_off is None else cut_off)


def _enrolment_offered(registry: Registry, record: Record) -> Iterator[Touched]:
    actor, code_hash = str(record["actor"]), str(record["code_hash"])
    offer = Enrolment(actor, _time(record["expires_at"]))
    if actor in registry.standings:
        yield from _withdraw_offer(registry, actor)
        registry.enrolments[code_hash], registry.offers[actor] = offer, code_hash
        yield Touched("enrolment", code_hash)


def _withdraw_offer(registry: Registry, actor: str) -> Iterator[Touched]:
    code_hash = registry.offers.pop(actor, "")
    if registry.enrolments.pop(code_hash, None):
        yield Touched("enrolment", code_hash)


def _key_bound(registry: Registry, record: Record) -> Iterator[Touched]:
    actor, handle = str(record["actor"]), str(record["handle"])
    key = BoundKey(handle, bytes.fromhex(record["public"]), actor, _time(record["at"]))
    standing = registry.standings.get(actor)
    yield from _withdraw_offer(registry, actor)
    # A key on record is never bound again, whoever asks.
    if standing is None or handle in registry.keys:
        return
    former = registry.keys.get(standing.key)
    if former is not None:
        registry.keys[former.handle] = replace(former, revoked=True)
        yield Touched("key", former.handle)
    registry.keys[handle] = key
    registry.standings[actor] = replace(standing, key=handle, counter=0)
    yield Touched("key", handle)
    yield Touched("standing", actor)
    yield from _give_card(registry, actor, key.bound_at, record.get("card"))


def _give_card(registry: Registry, actor: str, at: int, given: Record | None) -> Iterator[Touched]:
    """A number on record is never given again, and an actor keeps the one it has."""
    if given is None:
        return
    number = CardNumber(str(given["format"]), int(given["facility"]), int(given["number"]))
    if number.id not in registry.cards and actor not in registry.holders:
        registry.cards[number.id] = Card(number, actor, str(given["pool"]), at)
        registry.holders[actor] = number.id
        yield Touched("card", number.id)


def _withdraw_card(registry: Registry, actor: str) -> Iterator[Touched]:
    card = registry.card(actor)
    if card is not None:
        registry.cards[card.number.id] = replace(card, withdrawn=True)
        yield Touched("card", card.number.id)


def _decision(registry: Registry, record: Record) -> Iterator[Touched]:
    """A counter counts for the key that is bound now, and for no other."""
    counter = record.get("counter")
    standing = registry.standings.get(record["actor"]) if counter else None
    if counter is None or standing is None or record.get("simulated") or record.get("key") not in (None, standing.key):
        return
    if counter > standing.counter:
        registry.standings[record["actor"]] = replace(standing, counter=int(counter))
        yield Touched("standing", record["actor"])


def _outcome(registry: Registry, record: Record) -> Iterator[Touched]:
    """A passage says where an actor is; it is as old as the older of the two clocks says."""
    yield from _leaf(registry, record)
    yield from _happened(registry, record)
    if record["happening"] != Happening.PASSAGE:
        return
    actor, zones = record.get("actor", ""), (record.get("from_zone", ""), record.get("to_zone", ""))
    door, standing = registry.doors.get(record.get("door", "")), registry.standings.get(actor)
    if door is None or standing is None or sorted(zones) != sorted(door.joins):
        return
    at = min(_time(record["at"]), _time(record.get("point_at") or record["at"]))
    registry.standings[actor] = replace(standing, zone=zones[1], zone_at=at)
    yield Touched("standing", actor)


def _leaf(registry: Registry, record: Record) -> Iterator[Touched]:
    door, happening = record.get("door", ""), record["happening"]
    former = registry.leaves.get(door)
    if door not in registry.doors:
        return
    after = leaf_after(former, happening)
    if after != former:
        yield from _set_leaf(registry, door, after)


def _set_leaf(registry: Registry, door: str, leaf: Leaf | None) -> Iterator[Touched]:
    registry.leaves.pop(door, None)
    if leaf is not None:
        registry.leaves[door] = leaf
    yield Touched("leaf", door)


def _started(registry: Registry, _record: Record) -> Iterator[Touched]:
    """What interlocked doors did meanwhile nobody saw: each is out of sight until its reader is back."""
    seen = {channel.door for point in registry.points.values() for channel in point.channels}
    interlocked = {door for interlock in registry.interlocks.values() for door in interlock.doors}
    for door in sorted((interlocked & seen) | registry.leaves.keys()):
        yield from _set_leaf(registry, door, Leaf(open=False, unseen=True) if door in interlocked & seen else None)


def _placed(registry: Registry, record: Record) -> Iterator[Touched]:
    """A person says where an actor is, or that nobody knows."""
    actor, standing = str(record["actor"]), registry.standings.get(record["actor"])
    if standing is not None:
        zone = str(record["zone"])
        registry.standings[actor] = replace(standing, zone=zone, zone_at=_time(record["at"]) if zone else 0)
        yield Touched("standing", actor)


def _zone_state(registry: Registry, record: Record) -> Iterator[Touched]:
    zones = lockdowns.ordered(registry.lockdowns, record, _time(record["at"]))
    yield from (Touched("lockdown", zone) for zone in zones)


def _threat(registry: Registry, record: Record) -> Iterator[Touched]:
    yield Touched("threat", lockdowns.levelled(registry.threats, record, _time(record["at"])))


def _happened(registry: Registry, record: Record) -> Iterator[Touched]:
    """What an outcome or a finding means for alarms and fires."""
    yield from (Touched("alarm", ident) for ident in registry.alarms.happened(record, _time(record["at"])))
    yield from (Touched("fire", door) for door in fires.happened(registry.fires, registry.doors, record))


def _forget_fires(registry: Registry) -> Iterator[Touched]:
    gone = fires.forget(registry.fires, registry.doors, registry.points.values())
    yield from (Touched("fire", door) for door in gone)


def _alarm(registry: Registry, record: Record) -> Iterator[Touched]:
    yield from (Touched("alarm", ident) for ident in registry.alarms.told(record, _time(record["at"])))


def _caller(registry: Registry, record: Record) -> Iterator[Touched]:
    name = str(record["name"])
    registry.callers[name] = Caller(
        name, str(record["token_hash"]), record.get("simulate") is True, str(record.get("public_key") or "")
    )
    yield Touched("caller", name)


def _credential(_registry: Registry, record: Record) -> Iterator[Touched]:
    yield Touched("credential", str(record["name"]))


def _badge(registry: Registry, record: Record) -> Iterator[Touched]:
    changed = badges.numbered(registry.badge_numbers, registry.badges, record)
    yield from (Touched("badge_number", hashed) for hashed in changed)


def _succession_approved(registry: Registry, record: Record) -> Iterator[Touched]:
    actor, former = str(record["actor"]), str(record["succeeds"])
    if actor in registry.actors:
        registry.successions[actor] = former
        yield Touched("succession", actor)


def _upstream(registry: Registry, record: Record) -> Iterator[Touched]:
    ident = registry.upstreams.told(record)
    yield Touched("upstream", ident)
    upstream = registry.upstreams.by_id[ident]
    standing = registry.standings.get(upstream.actor)
    if standing is not None and upstream.cut_off > (standing.cut_off or 0):
        registry.standings[upstream.actor] = replace(standing, cut_off=upstream.cut_off)
        yield Touched("standing", upstream.actor)


def _bridge_token(registry: Registry, record: Record) -> Iterator[Touched]:
    bridge = str(record["bridge"])
    registry.bridge_tokens[bridge] = str(record["token_hash"])
    yield Touched("bridge_token", bridge)


def _person(registry: Registry, record: Record) -> Iterator[Touched]:
    """Whoever may no longer be here is not signed in either."""
    ident = str(record["person"])
    yield from (Touched(*each) for each in people.told(registry.people, registry.groups, record))
    if not registry.people[ident].active or record.get("end_sessions"):
        yield from _end_sessions(registry, ident, _time(record["at"]))


def _end_sessions(registry: Registry, person: str, at: int) -> Iterator[Touched]:
    yield from (Touched("session", each) for each in people.ended_with(registry.sessions, person, at))


def _passkey(registry: Registry, record: Record) -> Iterator[Touched]:
    yield from (Touched("passkey", each) for each in people.passkey_told(registry.passkeys, record))


def _session(registry: Registry, record: Record) -> Iterator[Touched]:
    ident = people.session_told(registry.sessions, record)
    yield Touched("session", ident)
    if record["kind"] == "session_started":
        yield from _end_sessions(registry, "", _time(record["at"]))


def _sponsorship(registry: Registry, record: Record) -> Iterator[Touched]:
    if record["actor"] in registry.actors:
        yield Touched("sponsorship", sponsorships.told(registry.sponsorships, record))


def _reviewed(registry: Registry, record: Record) -> Iterator[Touched]:
    actor = str(record["actor"])
    if actor in registry.actors:
        registry.reviews[actor] = _time(record["at"])
        yield Touched("review", actor)


def _in_charge(registry: Registry, record: Record) -> Iterator[Touched]:
    person = str(record["person"])
    registry.in_charge.setdefault(person, _time(record["at"]))
    yield Touched("in_charge", person)


def _proposal(registry: Registry, record: Record) -> Iterator[Touched]:
    yield from (Touched("proposal", ident) for ident in proposals.told(registry.proposals, record))


def _floor_plan(registry: Registry, record: Record) -> Iterator[Touched]:
    yield Touched("floor_plan", floor_plans.given(registry.floor_plans, record, _time(record["at"])))


_RULES: Mapping[str, Callable[[Registry, Record], Iterator[Touched]]] = {
    "declared": _declared,
    "restored": _restored,
    "state": _state,
    "enrolment_offered": _enrolment_offered,
    "key_bound": _key_bound,
    "decision": _decision,
    "outcome": _outcome,
    "started": _started,
    "placed": _placed,
    "finding": _happened,
    "alarm": _alarm,
    "caller": _caller,
    "zone_state": _zone_state,
    "threat": _threat,
    "credential": _credential,
    "succession_approved": _succession_approved,
    "badge_bound": _badge,
    "badge_withdrawn": _badge,
    "upstream": _upstream,
    "bridge_token": _bridge_token,
    "person": _person,
    "passkey_bound": _passkey,
    "passkey_used": _passkey,
    "passkey_removed": _passkey,
    "session_started": _session,
    "session_proved": _session,
    "session_ended": _session,
    "sponsorship": _sponsorship,
    "reviewed": _reviewed,
    "in_charge": _in_charge,
    "proposed": _proposal,
    "proposal_approved": _proposal,
    "proposal_closed": _proposal,
    "floor_plan": _floor_plan,
}
