"""The rules that hold between declared objects: what refers to what, what may not change, whose a unit is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NamedTuple

from .actors import Actor, State
from .badges import Badge
from .bridges import Bridge
from .calendars import Calendar
from .cards import CardPool
from .contracts import ActionClass, Contract, During, Scheduled, Window
from .feeds import Feed
from .interlocks import Interlock
from .manifests.documents import DEFAULT_SITE, Declared, kind_of
from .manifests.fields import suggestion
from .manifests.grants import exceeding
from .manifests.problems import Problem
from .manifests.supplies import conflicting, unsupplied, withdrawn
from .places import Door, Site, Zone
from .points import DOOR_API, PANEL_TYPES, Point
from .policies import Rule
from .registry import Registry, unit_key
from .robot_classes import RobotClass
from .supplies import named_in, supplied


class Reference(NamedTuple):
    """That the field `where` names the object `id` of a kind."""

    where: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """The registry as it would be. `after`: the objects of each kind by id.

    `named`: kind and id of every document, also of those with faults: who refers to them is not to blame.
    `newcomers`: the first new actor of each physical unit, by `unit_key`. `served`: the first point of each door.
    """

    registry: Registry
    after: Mapping[str, Mapping[str, Any]]
    named: AbstractSet[tuple[str, str]]
    newcomers: Mapping[str, str]
    served: Mapping[str, str]
    is_timezone: Callable[[str], bool]
    action_classes: Mapping[str, ActionClass]
    rule_faults: Callable[[Rule], Iterable[str]]


def references(value: Declared) -> Iterator[Reference]:
    """What `value` cannot be without."""
    if isinstance(value, Calendar | Zone | Door | Interlock | CardPool | Actor | Point | Feed | Bridge):
        yield Reference("site", "Site", value.site)
    if isinstance(value, Door):
        yield from (Reference(f"joins[{position}]", "Zone", zone) for position, zone in enumerate(value.joins))
    elif isinstance(value, Badge):
        yield Reference("holder", "Team", value.holder)
    elif isinstance(value, Actor):
        named = (
            ("owner", "Team", value.owner),
            ("contract", "Contract", value.contract),
            ("succeeds", "Actor", value.succeeds),
        )
        yield from (Reference(*each) for each in named if each[2])
    elif isinstance(value, Interlock):
        yield from (Reference(f"doors[{position}]", "Door", door) for position, door in enumerate(value.doors))
    elif isinstance(value, Contract):
        yield from _calendars(value)
    elif isinstance(value, Rule):
        yield from _scope(value)
    elif isinstance(value, Feed | Bridge):
        yield from _of_feed(value) if isinstance(value, Feed) else _of_bridge(value)
    elif isinstance(value, Point):
        yield from (
            Reference(f"channels[{position}].door", "Door", channel.door)
            for position, channel in enumerate(value.channels)
        )


def _of_feed(feed: Feed) -> Iterator[Reference]:
    yield from (Reference(f"doors.{name}", "Door", door) for name, door in feed.doors.items())
    yield from (Reference(f"watch[{position}]", "Door", door) for position, door in enumerate(feed.watch))


def _of_bridge(bridge: Bridge) -> Iterator[Reference]:
    yield from (Reference(f"contracts.{group}", "Contract", ident) for group, ident in bridge.contracts.items())
    for name in ("people", "subjects"):
        if bridge.options.get(name):
            yield Reference(name, "Bridge", bridge.options[name])


def _scope(rule: Rule) -> Iterator[Reference]:
    for key, kind in (("owners", "Team"), ("sites", "Site"), ("actors", "Actor")):
        for position, ident in enumerate(getattr(rule.scope, key)):
            yield Reference(f"scope.{key}[{position}]", kind, ident)


def _calendars(contract: Contract) -> Iterator[Reference]:
    for where, during in _during(contract):
        if isinstance(during, Scheduled):
            yield Reference(f"{where}.schedule", "Calendar", during.schedule)
        yield from (
            Reference(f"{where}.except[{number}]", "Calendar", name) for number, name in enumerate(during.exceptions)
        )


def _during(contract: Contract) -> Iterator[tuple[str, During]]:
    """Each entry of `during` with where it stands."""
    for position, grant in enumerate(contract.grants):
        for number, during in enumerate(grant.during):
            yield f"grants[{position}].during" + (f"[{number}]" if len(grant.during) > 1 else ""), during


def check(prospect: Prospect, value: Declared) -> Iterator[Problem]:
    """Everything about `value` that the rules forbid."""
    for reference in references(value):
        if reference.kind == "Site":
            yield from _check_site(prospect, value, reference)
        else:
            yield from _check_reference(prospect, reference)
    own = _CHECKS.get(kind_of(value))
    if own is not None:
        yield from own(prospect, value)


def _check_reference(prospect: Prospect, reference: Reference) -> Iterator[Problem]:
    where, kind, ident = reference
    if ident not in prospect.after[kind] and (kind, ident) not in prospect.named:
        hint = suggestion(ident, prospect.after[kind])
        yield Problem(where, f"There is no {kind} {ident!r}.", f"{hint}Declare it, or correct the name.")


def _check_site(prospect: Prospect, value: Declared, reference: Reference) -> Iterator[Problem]:
    """`default` needs no declaration where no site is declared, nor for what lies there already."""
    sites, former = prospect.after["Site"], prospect.registry.table(kind_of(value)).get(value.id)
    if not reference.id:
        yield Problem(
            "site", f"There are several sites: {', '.join(sorted(sites)[:10])}.", "Add `site:` with the one meant."
        )
    elif reference.id != DEFAULT_SITE or (sites and (former is None or getattr(former, "site", "") != DEFAULT_SITE)):
        yield from _check_reference(prospect, reference)


def _check_timezone(prospect: Prospect, where: str, name: str) -> Iterator[Problem]:
    if not prospect.is_timezone(name):
        yield Problem(where, f"There is no time zone {name!r}.", "Use an IANA name such as Europe/Berlin.")


def _check_contract(prospect: Prospect, contract: Contract) -> Iterator[Problem]:
    yield from exceeding(contract, prospect.action_classes)
    for where, during in _during(contract):
        if isinstance(during, Window):
            yield from _check_timezone(prospect, f"{where}.timezone", during.timezone)


def _check_models(prospect: Prospect, robot_class: RobotClass) -> Iterator[Problem]:
    """A model belongs to one class, or nobody could say which times hold."""
    for other in prospect.after["RobotClass"].values():
        for model in sorted(set(other.models) & set(robot_class.models)) if other.id != robot_class.id else ():
            where = f"models[{robot_class.models.index(model)}]"
            yield Problem(where, f"{model!r} belongs to {other.id!r} too.", "Take it out of one of the two classes.")


def _check_doors(prospect: Prospect, point: Point) -> Iterator[Problem]:
    doors = [channel.door for channel in point.channels]
    for position, door in enumerate(doors):
        where, holder = f"channels[{position}].door", prospect.served.get(door, point.id)
        if door in doors[:position]:
            yield Problem(where, f"{door!r} has a channel above already.", "Remove one: a door has one channel.")
        elif holder != point.id:
            yield Problem(
                where,
                f"{door!r} is served by point {holder!r} already.",
                "Take its channel out of one of the two points.",
            )


def _check_panels(prospect: Prospect, point: Point) -> Iterator[Problem]:
    """Each port of a panel stands for a reader of its door."""
    for position, channel in enumerate(point.channels):
        where, door = f"channels[{position}].panel", prospect.after["Door"].get(channel.door)
        if (channel.api is not None) != (point.type == DOOR_API):
            yield Problem(
                f"channels[{position}].api", "`api` and `type: door-api` go together.", "Add what is missing."
            )
        if point.type in PANEL_TYPES and not channel.panel:
            yield Problem(where, "A door behind a panel needs its reader ports.", "Add `panel:`.")
        elif channel.panel and point.type not in PANEL_TYPES:
            yield Problem(where, f"A point of type {point.type} has no panel.", "Use `type: osdp-panel`.")
        for number, port in enumerate(channel.panel):
            if door is not None and door.reader(port.reader) is None:
                hint = suggestion(port.reader, [reader.id for reader in door.readers])
                yield Problem(
                    f"{where}[{number}].reader", f"{door.id!r} has no reader {port.reader!r}.", f"{hint}Correct it."
                )


def _check_pool(prospect: Prospect, pool: CardPool) -> Iterator[Problem]:
    """A number belongs to one pool: panels must never see two units as one."""
    for other in prospect.after["CardPool"].values():
        if other.id != pool.id and pool.overlaps(other):
            yield Problem(
                "from", f"The numbers overlap with those of {other.id!r}.", "Let one of them begin after the other."
            )


def _check_mode(point: Point) -> Iterator[Problem]:
    """Whatever permits what a contract refuses ends on a day that is named beforehand."""
    if point.default_mode != "enforce" and point.until is None:
        yield Problem(
            "mode.until",
            f"Point {point.id} would {point.default_mode} without an end.",
            "Add `until:` with the day from which it enforces, as in `until: 2027-01-31`.",
        )


def _check_actor(prospect: Prospect, actor: Actor) -> Iterator[Problem]:
    former = prospect.registry.actors.get(actor.id)
    if former is None:
        yield from _check_unit(prospect, actor)
        return
    yield from _check_unchanged(former, actor)
    standing = prospect.registry.standings.get(actor.id)
    if actor.initial is State.ACTIVE or (standing and standing.state is State.ACTIVE):
        for key in ("owner", "purpose"):
            if not getattr(actor, key):
                yield Problem(
                    key, f"{actor.id} is active and would lose its {key}.", f"Keep `{key}:`: what acts needs it."
                )


def _check_unchanged(former: Actor, actor: Actor) -> Iterator[Problem]:
    """What makes an actor the one it is. Another unit, type or site is another actor."""
    identities = [each.unit and each.unit.identity for each in (former, actor)]
    pairs = (
        ("type", former.type, actor.type),
        ("site", former.site, actor.site),
        ("succeeds", former.succeeds, actor.succeeds),
        ("unit", identities[0], identities[1]),
    )
    for key, old, new in pairs:
        if old != new:
            shown = str(former.unit) if key == "unit" else str(old)
            told = f"it is {shown!r}" if old else "it has none"
            yield Problem(
                key, f"The {key} of {actor.id} cannot change: {told}.", "Put it back, or declare a new actor."
            )


def _check_unit(prospect: Prospect, actor: Actor) -> Iterator[Problem]:
    """A unit belongs to one actor; to another only after that one, once it is retired."""
    if actor.unit is None:
        return
    key = unit_key(actor.unit.identity)
    twin, holder = prospect.newcomers.get(key, actor.id), prospect.registry.units.get(key)
    if twin != actor.id:
        yield Problem(
            "unit.serial", f"{actor.unit} is declared as {twin!r} too.", "Correct the serial number of one of them."
        )
    if holder is None and actor.succeeds:
        yield Problem(
            "succeeds",
            f"{actor.succeeds!r} is not {actor.unit}.",
            "Only the same physical unit can succeed: correct one of the two.",
        )
    elif holder is not None and actor.succeeds != holder:
        yield Problem(
            "unit.serial",
            f"{actor.unit} is {holder!r} already.",
            f"Correct the serial number, or retire {holder} and add `succeeds: {holder}`.",
        )
    elif holder is not None and prospect.registry.standings[holder].state is not State.RETIRED:
        yield Problem(
            "succeeds", f"{holder!r} is not retired.", f"Run `nameplate actor retire {holder} --reason ...` first."
        )


def warnings(prospect: Prospect, value: Declared) -> Iterator[Problem]:
    """What is taken, but may not do what its author expects."""
    if isinstance(value, Contract):
        yield from _undeclared(prospect, value)
        yield from unsupplied(value, supplied(prospect.after["Point"].values()))


def warn_of_state(registry: Registry, actor: Actor) -> Iterator[Problem]:
    """`state: active` where it does not count: on a successor, or one that is stopped. `actor` is as written."""
    standing = registry.standings.get(actor.id)
    if actor.initial is State.ACTIVE and standing is None and actor.succeeds:
        remedy = f"Run `nameplate actor approve-succession {actor.id} --reason ...`, then `actor activate`."
        yield Problem("state", f"{actor.id} starts staged: it takes over the unit of {actor.succeeds}.", remedy)
    if actor.initial is State.ACTIVE and standing and standing.state is not State.ACTIVE:
        remedy = (
            "Declare a new actor for it."
            if standing.state is State.RETIRED
            else f"Run `nameplate actor activate {actor.id} --reason ...`."
        )
        yield Problem("state", f"{actor.id} stays {standing.state}: `state` counts only for a new actor.", remedy)


def _undeclared(prospect: Prospect, contract: Contract) -> Iterator[Problem]:
    for position, grant in enumerate(contract.grants):
        for number, resource in enumerate(grant.resources):
            kind, _, ident = resource.partition(":")
            known = prospect.after.get({"zone": "Zone", "door": "Door"}.get(kind, ""))
            if known is not None and not ident.endswith("*") and ident not in known:
                remedy = f"{suggestion(ident, known)}The grant has no effect until it is declared."
                yield Problem(f"grants[{position}].resources[{number}]", f"{resource!r} is not declared.", remedy)


def _check_own_timezone(prospect: Prospect, value: Site | Calendar) -> Iterator[Problem]:
    if value.timezone:
        yield from _check_timezone(prospect, "timezone", value.timezone)


def _check_point(prospect: Prospect, point: Point) -> Iterator[Problem]:
    yield from _check_doors(prospect, point)
    yield from _check_panels(prospect, point)
    yield from _check_mode(point)
    yield from _check_supplies(prospect, point)


def _check_supplies(prospect: Prospect, point: Point) -> Iterator[Problem]:
    """One property has one type, and a rule keeps what it refers to."""
    yield from conflicting(point, prospect.after["Point"].values())
    gone = withdrawn(prospect.registry.points.get(point.id), supplied(prospect.after["Point"].values()))
    for rule in prospect.after["Rule"].values() if gone else ():
        if any(named_in(rule, gone)) and any(prospect.rule_faults(rule)):
            yield Problem(
                "supplies", f"Rule {rule.id!r} refers to {', '.join(named_in(rule, gone))}.", "Correct the rule first."
            )


def _check_rule(prospect: Prospect, rule: Rule) -> Iterator[Problem]:
    for fault in prospect.rule_faults(rule):
        yield Problem("cedar", fault, "See `nameplate rule schema`.")


_CHECKS: Mapping[str, Callable[[Prospect, Any], Iterator[Problem]]] = {
    "Site": _check_own_timezone,
    "Calendar": _check_own_timezone,
    "RobotClass": _check_models,
    "Contract": _check_contract,
    "CardPool": _check_pool,
    "Actor": _check_actor,
    "Rule": _check_rule,
    "Point": _check_point,
}
"""What only one kind of object can do wrong."""
