"""Sites, teams, zones and doors."""

import re

from nameplate.domain.interlocks import RELEASE_S, Interlock
from nameplate.domain.places import Door, Reader, Site, Team, Zone

from .fields import Fields
from .quantities import format_duration, format_seconds, parse_duration, parse_seconds
from .windows import read_timezone

MAX_READERS = 16
MAX_INTERLOCKED = 16
MAX_CONTACTS = 20
_CONTACT = re.compile(r"[a-z][a-z0-9+.-]{0,31}:\S+")


def read_site(fields: Fields, ident: str, _site: str) -> Site:
    """A site; its time zone is UTC unless it says another."""
    return Site(ident, read_timezone(fields) or "UTC")


def write_site(site: Site) -> dict[str, object]:
    """The inverse of `read_site`."""
    return {"timezone": None if site.timezone == "UTC" else site.timezone}


def read_team(fields: Fields, ident: str, _site: str) -> Team:
    """A team and where alarms about its actors go."""
    name, contacts = fields.text("name"), fields.texts("escalation", limit=MAX_CONTACTS)
    for position, contact in enumerate(contacts):
        if _CONTACT.fullmatch(contact) is None:
            fields.fail(
                f"escalation[{position}]",
                f"{contact!r} is not an address.",
                "Write a URI such as mailto:ops@clinic.example.",
            )
    return Team(ident, name, contacts, fields.text("group"))


def write_team(team: Team) -> dict[str, object]:
    """The inverse of `read_team`."""
    return {"name": team.name, "escalation": list(team.escalation), "group": team.group}


def read_zone(fields: Fields, ident: str, site: str) -> Zone:
    """A zone."""
    zone = Zone(
        ident,
        fields.name("site") or site,
        fields.flag("public"),
        fields.choice("anti_passback", {"hard": "hard", "soft": "soft"}, ""),
        fields.quantity("anti_passback_reset", parse_duration, "a time such as 8h"),
    )
    if zone.reset_s is not None and not zone.anti_passback:
        fields.fail(
            "anti_passback_reset", "There is no anti-passback to reset.", "Add `anti_passback: hard` or `soft`."
        )
    return zone


def write_zone(zone: Zone) -> dict[str, object]:
    """The inverse of `read_zone`."""
    reset = None if zone.reset_s is None else format_duration(zone.reset_s)
    return {
        "site": zone.site,
        "public": zone.public,
        "anti_passback": zone.anti_passback,
        "anti_passback_reset": reset,
    }


def read_door(fields: Fields, ident: str, site: str) -> Door:
    """A door between two different zones; each reader stands in one of them."""
    joins = fields.texts("joins", required=True)
    if len(joins) != 2:
        if "joins" in fields.source:
            fields.fail(
                "joins",
                f"A door joins two different zones, not {len(joins)}.",
                "Name both: `joins: [corridor, pharmacy]`.",
            )
        joins = ("", "")
    readers = tuple(_reader(section, joins) for section in fields.sections("readers", limit=MAX_READERS))
    if len({reader.id for reader in readers}) != len(readers):
        fields.fail("readers", "Two readers have the same id.", "Give each reader of the door its own id.")
    return Door(ident, fields.name("site") or site, (joins[0], joins[1]), readers)


def _reader(fields: Fields, joins: tuple[str, ...]) -> Reader:
    reader = Reader(fields.name("id", required=True), fields.name("side", required=True))
    if reader.side and reader.side not in joins:
        zones = " or ".join(joins)
        fields.fail(
            "side",
            f"{reader.side!r} is not a zone that the door joins.",
            f"Name the zone in which the reader stands: {zones}.",
        )
    fields.done()
    return reader


def write_door(door: Door) -> dict[str, object]:
    """The inverse of `read_door`."""
    readers = [{"id": reader.id, "side": reader.side} for reader in door.readers]
    return {"site": door.site, "joins": list(door.joins), "readers": readers}


def read_interlock(fields: Fields, ident: str, site: str) -> Interlock:
    """Doors that wait for each other."""
    doors = fields.texts("doors", required=True, limit=MAX_INTERLOCKED)
    if len(doors) == 1:
        fields.fail("doors", "One door alone cannot wait for another.", "Name at least two.")
    release = fields.quantity("release", parse_seconds, "a time such as 30s")
    return Interlock(ident, fields.name("site") or site, doors, release or RELEASE_S)


def write_interlock(interlock: Interlock) -> dict[str, object]:
    """The inverse of `read_interlock`."""
    release = None if interlock.release_s == RELEASE_S else format_seconds(interlock.release_s)
    return {"site": interlock.site, "doors": list(interlock.doors), "release": release}
