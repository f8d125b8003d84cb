"""What happens at doors, into what decisions look at: a crossing has ended, somebody entered twice."""

from collections.abc import Callable, Mapping
from typing import Protocol

from nameplate.domain.findings import Finding, Severity
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.domain.sightings import Role, Sighting
from nameplate.domain.verdicts import Decision
from nameplate.ports.authority import Alarms

ENDS = frozenset({Happening.PASSAGE, Happening.NO_PASSAGE, Happening.DOOR_CLOSED})
"""After these nobody crosses any more on the permit that was given."""


class Doors(Protocol):
    """What remembers crossings: the contract index."""

    def crossing_ended(self, door_id: str) -> None:
        """The crossing that was permitted at a door is over."""
        ...

    def see(self, seen: Sighting) -> None:
        """Somebody has shown up at a reader."""
        ...


class Observer:
    """Told of outcomes and of permits that soft anti-passback takes note of."""

    def __init__(self, registry: Registry, doors: Doors, alarms: Alarms, monotonic: Callable[[], float]) -> None:
        self._registry, self._doors, self._alarms, self._monotonic = registry, doors, alarms, monotonic

    def outcome(self, outcome: Outcome, shown: Mapping[str, str]) -> None:
        """A point has reported. `shown`: what is known of a card that was read."""
        if outcome.happening in ENDS:
            self._doors.crossing_ended(outcome.door)
        badge = self._registry.badges.get(shown.get("badge", ""))
        if outcome.happening == Happening.BADGE and badge is not None:
            at = (f"door:{outcome.door}", outcome.reader)
            for role, counts in ((Role.CUSTODY, badge.custody), (Role.ESCORT, badge.escort)):
                if counts:
                    self._doors.see(Sighting(*at, role, f"badge:{badge.id}", self._monotonic()))

    def passed_back(self, decision: Decision, request: AccessRequest) -> None:
        """Somebody enters a zone in which it was last seen: it left unseen, or somebody uses its key."""
        door = request.resource.removeprefix("door:") if request.resource.startswith("door:") else ""
        text = f"{request.actor} enters {decision.verdict.target} again without having been seen leaving it."
        actor = self._registry.actors.get(request.actor)
        unit = str(actor.unit) if actor and actor.unit else ""
        finding = Finding("anti_passback", Severity.MEDIUM, text, request.actor, unit, door, decision.decision_id)
        self._alarms.raise_finding(finding)
