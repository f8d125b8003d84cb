"""Every kind of manifest: its place in the order, how it is read, how it is written."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nameplate.domain.actors import Actor
from nameplate.domain.badges import Badge
from nameplate.domain.bridges import Bridge
from nameplate.domain.calendars import Calendar
from nameplate.domain.cards import CardPool
from nameplate.domain.contracts import Contract
from nameplate.domain.feeds import Feed
from nameplate.domain.interlocks import Interlock
from nameplate.domain.places import Door, Site, Team, Zone
from nameplate.domain.points import Point
from nameplate.domain.policies import Rule
from nameplate.domain.robot_classes import RobotClass
from nameplate.domain.sinks import Sink

from . import actors, badges, bridges, calendars, cards, feeds, grants, places, points, policies, robot_classes, sinks
from .fields import Fields, suggestion
from .problems import InvalidManifests, Problem

DEFAULT_SITE = "default"

_Places = Site | Calendar | Zone | Door | Interlock
_Who = Team | Badge | RobotClass | Contract | CardPool | Actor | Rule
Declared = _Places | _Who | Point | Sink | Feed | Bridge


class Kind(NamedTuple):
    """`read(fields, id, site)` gives a value; `write(value)` its fields, where what is empty does not count."""

    type: type
    read: Callable[[Fields, str, str], Declared]
    write: Callable[[Any], dict[str, object]]


# The order in which a change is made and an export is written: what is referred to comes first.
KINDS: Mapping[str, Kind] = {
    "Site": Kind(Site, places.read_site, places.write_site),
    "Calendar": Kind(Calendar, calendars.read_calendar, calendars.write_calendar),
    "Team": Kind(Team, places.read_team, places.write_team),
    "Badge": Kind(Badge, badges.read_badge, badges.write_badge),
    "RobotClass": Kind(RobotClass, robot_classes.read_robot_class, robot_classes.write_robot_class),
    "Zone": Kind(Zone, places.read_zone, places.write_zone),
    "Door": Kind(Door, places.read_door, places.write_door),
    "Interlock": Kind(Interlock, places.read_interlock, places.write_interlock),
    "Contract": Kind(Contract, grants.read_contract, grants.write_contract),
    "CardPool": Kind(CardPool, cards.read_card_pool, cards.write_card_pool),
    "Actor": Kind(Actor, actors.read_actor, actors.write_actor),
    "Rule": Kind(Rule, policies.read_rule, policies.write_rule),
    "Point": Kind(Point, points.read_point, points.write_point),
    "Sink": Kind(Sink, sinks.read_sink, sinks.write_sink),
    "Feed": Kind(Feed, feeds.read_feed, feeds.write_feed),
    "Bridge": Kind(Bridge, bridges.read_bridge, bridges.write_bridge),
}
_NAMES = {kind.type: name for name, kind in KINDS.items()}


def kind_of(value: Declared) -> str:
    """`Actor` of an actor."""
    return _NAMES[type(value)]


def read_document(mapping: Mapping[str, object], site: str = DEFAULT_SITE) -> tuple[Declared | None, list[Problem]]:
    """The value and all that is wrong with it; no value when anything is. `site`: where it lies unless it says."""
    problems: list[Problem] = []
    fields = Fields(mapping, problems)
    kind = _kind(fields)
    if kind is None:
        return None, problems
    fields.integer("version", 1, range(1, 2))
    value = kind.read(fields, fields.name("id", required=True), site)
    fields.done()
    return (None if problems else value), problems


def from_document(mapping: Mapping[str, object], site: str = DEFAULT_SITE) -> Declared:
    """The value of a manifest document (DESIGN, section 5). Raises InvalidManifests with every problem found."""
    value, problems = read_document(mapping, site)
    if value is None:
        raise InvalidManifests(problems)
    return value


def to_document(value: Declared) -> dict[str, object]:
    """The canonical document of a value: fixed order of fields, defaults left out, the site always named."""
    name = kind_of(value)
    written = KINDS[name].write(value)
    return {"kind": name, "id": value.id} | {key: field for key, field in written.items() if field}


def _kind(fields: Fields) -> Kind | None:
    name = fields.take("kind", required=True)
    if name is None:
        return None
    if isinstance(name, str) and name in KINDS:
        return KINDS[name]
    hint = suggestion(name, KINDS) if isinstance(name, str) else ""
    fields.fail("kind", "There is no such kind.", f"{hint}Use one of: {', '.join(KINDS)}.")
    return None
