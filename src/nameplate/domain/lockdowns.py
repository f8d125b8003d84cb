"""What bars a place for a while, by order of a person: lockdowns of zones and the threat level of a site."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Threat(StrEnum):
    """Threat levels of a site, the calmest first. A grant holds up to one of them."""

    NORMAL = "normal"
    ELEVATED = "elevated"
    HIGH = "high"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """0 for normal; one more for each level."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Threat)}


@dataclass(frozen=True, slots=True)
class Lockdown:
    """A zone that nobody may enter. `since`: microseconds since the epoch, UTC. Manifests never lift it."""

    zone: str
    since: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """The threat level of a site, above normal. `since`: microseconds since the epoch, UTC."""

    site: str
    level: Threat
    since: int
    by: str
    reason: str


def ordered(lockdowns: dict[str, Lockdown], record: Mapping[str, Any], at: int) -> list[str]:
    """Zones, declared or not: what is locked stays so whatever becomes of its manifest. Returns the zones."""
    zones = [str(zone) for zone in record["zones"]]
    for zone in zones:
        lockdowns.pop(zone, None)
        if record["to"] == "locked":
            lockdowns[zone] = Lockdown(zone, at, str(record["by"]), str(record["reason"]))
    return zones


def levelled(threats: dict[str, Alert], record: Mapping[str, Any], at: int) -> str:
    """A threat level was set. Returns the site."""
    site, level = str(record["site"]), Threat(record["to"])
    threats.pop(site, None)
    if level is not Threat.NORMAL:
        threats[site] = Alert(site, level, at, str(record["by"]), str(record["reason"]))
    return site
