"""All that is declared and all that has happened to it, by id: plain tables, which `registry.fold` alone changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .actors import Actor, BoundKey, Standing
from .alarms import AlarmBook
from .badges import Badge
from .bridges import Bridge
from .calendars import Calendar
from .cards import Card, CardPool
from .contracts import Contract
from .feeds import Feed
from .floor_plans import FloorPlan
from .interlocks import Interlock, Leaf
from .lockdowns import Alert, Lockdown
from .people import Passkey, Person, Session
from .places import Door, Site, Team, Zone
from .points import Caller, Point
from .policies import Rule
from .proposals import Proposal
from .robot_classes import RobotClass
from .sinks import Sink
from .sponsorships import Sponsorship
from .upstreams import UpstreamBook

Record = Mapping[str, Any]
"""One record of the journal, decoded."""


class Touched(NamedTuple):
    """What a record changed, and its id.

    `kind`: a kind of manifest, or `standing`, `key`, `card`, `badge_number`, `alarm`, `fire`,
    `succession`, `caller`, `enrolment`, `unit`, `upstream`, `held`, `bridge_token`, `person`, `passkey`, `session`,
    `sponsorship`, `review`, `in_charge`, `proposal` or `floor_plan`.
    `credential`: not part of the state, but whoever uses the one of that name has to fetch it anew.
    """

    kind: str
    id: str


class Enrolment(NamedTuple):
    """An open offer to enrol a key for `actor`, until `expires_at` (microseconds since the epoch, UTC)."""

    actor: str
    expires_at: int


@dataclass(slots=True)
class Registry:
    """Everything by its id. Changed by `fold` alone; `seq` is the last record applied.

    `keys` by handle, `enrolments` by the SHA-256 of the code (hex), `offers`: the one open enrolment of an actor.
    `cards`: every card number that was ever given, by its id; `holders`: that of each actor, also of a retired one.
    `successions`: for an actor whose succession is approved, the one that it succeeds.
    `fires`: the site of each door that a fire alarm releases now.
    `badge_numbers`: the badge of each card, by the keyed hash of its number.
    `units`: the newest actor of each physical unit, by `unit_key`; they are never forgotten.
    `upstreams`: what bridges said of actors; `held`: the bridge by whose word alone an actor is suspended now.
    `bridge_tokens`: SHA-256 of the token of each bridge, hex. `people`, `passkeys`, `sessions`: see `domain.people`.
    `groups`: those upstream in which somebody has been who was here, by name, and since when.
    `sponsorships`: the succession of each actor whose owner or sponsor has left; `reviews`: when somebody last looked.
    `in_charge`: since when an owner has had a passkey: from the first one on the machine itself only proposes.
    `proposals`: risky acts that wait for people, or did so lately. `floor_plans`: by site.
    `revisions`: the last revision of every contract and rule there ever was, by kind and id (`Contract/c`), so that a
    name like `c@3` never gets two meanings. `restored_at`: the time of the last restore, 0 if there was none.
    """

    sites: dict[str, Site] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    badges: dict[str, Badge] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    robotclasses: dict[str, RobotClass] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    interlocks: dict[str, Interlock] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    cardpools: dict[str, CardPool] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    sinks: dict[str, Sink] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    bridges: dict[str, Bridge] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    keys: dict[str, BoundKey] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    badge_numbers: dict[str, str] = field(default_factory=dict)
    fires: dict[str, str] = field(default_factory=dict)
    alarms: AlarmBook = field(default_factory=AlarmBook)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    successions: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    lockdowns: dict[str, Lockdown] = field(default_factory=dict)
    leaves: dict[str, Leaf] = field(default_factory=dict)
    threats: dict[str, Alert] = field(default_factory=dict)
    upstreams: UpstreamBook = field(default_factory=UpstreamBook)
    held: dict[str, str] = field(default_factory=dict)
    bridge_tokens: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    passkeys: dict[str, Passkey] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    sponsorships: dict[str, Sponsorship] = field(default_factory=dict)
    reviews: dict[str, int] = field(default_factory=dict)
    in_charge: dict[str, int] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    floor_plans: dict[str, FloorPlan] = field(default_factory=dict)
    restored_at: int = 0
    seq: int = 0

    def table(self, kind: str) -> dict[str, Any]:
        """The declared objects of a kind of manifest, by id."""
        tables: dict[str, Any] = getattr(self, f"{kind.lower()}{'es' if kind.endswith('s') else 's'}")
        return tables

    def card(self, actor: str) -> Card | None:
        """The card number of an actor, unless it has none or has lost it."""
        card = self.cards.get(self.holders.get(actor, ""))
        return None if card is None or card.withdrawn else card

    def revision(self, kind: str, ident: str) -> int:
        """The last revision of a contract or a rule, 0 where there never was one."""
        return self.revisions.get(f"{kind}/{ident}", 0)

    def team_groups(self) -> frozenset[str]:
        """The groups upstream that are the people of teams."""
        return frozenset(each.group for each in self.teams.values() if each.group)

    def site(self, ident: str) -> Site:
        """A site; the one called `default` exists without being declared."""
        return self.sites.get(ident) or Site(ident)


def unit_key(identity: tuple[str, str, str]) -> str:
    """Manufacturer, model and serial number as one text that no other three give."""
    return json.dumps(identity, ensure_ascii=False, separators=(",", ":"))
