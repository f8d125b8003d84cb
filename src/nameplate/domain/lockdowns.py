"""What bars a place for a while, by order of a person: lockdowns of zones and the threat level of a site."""

from dataclasses import dataclass
from enum import StrEnum


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
