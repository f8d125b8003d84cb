"""The robots of the demonstration, and everything that is declared about its site, as values and text."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import NamedTuple
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
SITE, TIMEZONE, POINT = "hospital", "Europe/Berlin", "door-controller"
PUBLIC = frozenset({"L1-corridor-north", "L1-corridor-south"})
STRIKE_S, PASS_S = 2.0, 2.5
"""How long a strike stays released, and how long a leaf may then stand open before it counts as held."""

_CLOSED_FOR = timedelta(hours=6)
_WINDOW = timedelta(hours=1)


class Role(NamedTuple):
    """One kind of robot: contract, owner, purpose, and the unit that does it."""

    contract: str
    owner: str
    purpose: str
    maker: str
    model: str


class Member(NamedTuple):
    """One robot of the fleet. `letter` marks it on the plan; `start` and `rounds` are stops on the lanes."""

    letter: str
    id: str
    role: Role
    serial: str
    start: str
    rounds: tuple[str, ...]


RUNNER = Role("pharmacy-runner", "pharmacy-ops", "Carries medication from the pharmacy to the wards", "Acme", "T3")
SUPPLY = Role("ward-supply", "logistics", "Brings linen, meals and sterile goods to the wards", "Orbit", "S1")
CLEANER = Role("cleaner", "facility", "Cleans floors", "Brine", "C1")
SCRUBBER = CLEANER._replace(model="C2")

FLEET = (
    Member("A", "amr-11", RUNNER, "T3-0011", "pharmacy", ("ward_a", "pharmacy", "lab", "pharmacy")),
    Member("B", "amr-12", RUNNER, "T3-0012", "corridor_north", ("pharmacy", "ward_b", "charging_bay_1")),
    Member("C", "amr-13", RUNNER, "T3-0013", "ward_a", ("lab", "pharmacy", "ward_a")),
    Member("D", "amr-14", RUNNER, "T3-0014", "lab", ("corridor_north", "lab", "ward_a", "pharmacy")),
    Member("E", "tug-21", SUPPLY, "S1-0021", "loading_dock", ("kitchen", "ward_b", "loading_dock", "ward_a")),
    Member("F", "tug-22", SUPPLY, "S1-0022", "workshop", ("sterile_store", "ward_a", "workshop")),
    Member("G", "tug-23", SUPPLY, "S1-0023", "corridor_south", ("ward_b", "kitchen", "loading_dock")),
    Member("H", "tug-24", SUPPLY, "S1-0024", "charging_bay_1", ("ward_b", "charging_bay_2", "kitchen")),
    Member("I", "cln-31", CLEANER, "C1-0031", "ward_a", ("pharmacy", "waste_room", "lobby")),
    Member("J", "cln-32", CLEANER, "C1-0032", "corridor_north", ("lab", "corridor_north") * 3 + ("ward_a",)),
    Member("K", "cln-33", SCRUBBER, "C2-0033", "corridor_north", ("server_room", "waste_room", "charging_bay_3")),
    Member("L", "cln-34", SCRUBBER, "C2-0034", "ward_b", ("lobby", "waste_room", "ward_b")),
)

GOVERNED = "tug-22"
"""The robot that has an account in the company's own identity system."""


def building_text() -> str:
    """The floor plan, an Open-RMF building map."""
    return (HERE / "building.yaml").read_text("utf-8")


def contracts_text(now: datetime) -> str:
    """Teams and contracts as manifests, with a window that is closed at `now` (aware) and for hours to come."""
    opens = now.astimezone(ZoneInfo(TIMEZONE)) + _CLOSED_FOR
    clock = {"closed_from": f"{opens:%H:%M}", "closed_to": f"{opens + _WINDOW:%H:%M}"}
    return Template((HERE / "contracts.yaml").read_text("utf-8")).substitute(clock)


def actors_text() -> str:
    """The fleet as manifests (YAML holds JSON)."""
    return _manifests(_actor(member) for member in FLEET)


def point_text(lines: Mapping[str, str]) -> str:
    """The door controller as a manifest. `lines`: where the electronics of each door answer, as in `pty:/dev/pts/3`."""
    times = {"strike": f"{STRIKE_S:g}s", "pass": f"{PASS_S:g}s"}
    channels = [{"door": door, "to": to, **times} for door, to in sorted(lines.items())]
    return _manifests([{"kind": "Point", "id": POINT, "type": "osdp", "channels": channels}])


def utc_now() -> datetime:
    """Now."""
    return datetime.now(UTC)


def _actor(member: Member) -> dict[str, object]:
    role = member.role
    return {
        "kind": "Actor",
        "id": member.id,
        "type": "robot",
        "unit": {"manufacturer": role.maker, "model": role.model, "serial": member.serial},
        "owner": role.owner,
        "sponsor": f"{role.owner}@clinic.example",
        "purpose": role.purpose,
        "environment": "production",
        "state": "active",
        "contract": role.contract,
    }


def _manifests(documents: Iterable[Mapping[str, object]]) -> str:
    return "\n---\n".join(json.dumps(document) for document in documents)
