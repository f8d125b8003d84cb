"""How far a rollout has come, and its next step: only where nothing would have been refused for long enough."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from nameplate.domain.errors import Conflict, Invalid, NotFound
from nameplate.domain.manifests.quantities import parse_period
from nameplate.domain.modes import Mode, covers, mode_of, places, promoted, promoted_at
from nameplate.domain.names import is_resource_pattern
from nameplate.domain.points import Point
from nameplate.domain.registry import Registry
from nameplate.domain.rollouts import Place, held_since
from nameplate.ports.store import KEPT_DAYS, Refused, RolloutTables

PAGE = 500
SHOWN = 20
SECOND_US = 1_000_000
REST = "everything else"


class Held(NamedTuple):
    """A place that would be promoted. `since`: when its mode was declared (microseconds, UTC); None: not known."""

    place: str
    mode: Mode
    since: int | None


class Promotion(NamedTuple):
    """The next step. Against it speak `refused` (`SHOWN` at most) and `young`, which was not tried long enough."""

    point: Point
    held: tuple[Held, ...]
    refused: tuple[Refused, ...]
    young: tuple[Held, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.refused and not self.young


class Rollout:
    """Reads what was counted, and works out promotions. Changes nothing."""

    def __init__(self, registry: Registry, tables: RolloutTables, wall: Callable[[str, int], datetime]) -> None:
        self._registry, self._tables, self._wall = registry, tables, wall

    def report(self, since: int, point: str, after: Place | None, limit: int) -> Sequence[Refused]:
        """A page of what would have been refused since the start of that hour."""
        return self._tables.refused(since, point, after, limit)

    def promotion(self, point_id: str, resource: str, quiet_s: int, now: int) -> Promotion:
        """The next step of a point, or of `resource` there (which may end in `*`).

        Raises NotFound for a point that is not declared, Conflict where everything is enforced already.
        """
        point = self._registry.points.get(point_id)
        if point is None:
            raise NotFound("point", f"The point {point_id} is not declared.", "See `nameplate point list`.")
        if resource and not is_resource_pattern(resource):
            raise Invalid("resource", f"{resource!r} is not a resource.", "Write it as in `door:L1-*`.")
        held = self._held(point, resource, now)
        if not held:
            what = f"{resource} at {point_id}" if resource else point_id
            raise Conflict("enforced", f"Nothing is left to promote: {what} enforces.", "See `nameplate export`.")
        begin = now - quiet_s * SECOND_US
        young = tuple(each for each in held if each.since is None or each.since > begin)
        after = promoted_at(point, resource, held[0].mode) if resource else promoted(point)
        return Promotion(after, held, tuple(self._refused(point, resource, begin)), young)

    def _held(self, point: Point, resource: str, now: int) -> tuple[Held, ...]:
        today = self._wall(self._registry.site(point.site).timezone, now).date()

        def over(day: date) -> bool:
            return day <= today

        named = dict.fromkeys([resource] if resource else ["", *(place for place, _ in places(point))])
        modes = [(name, mode_of(point, (name,), over)) for name in named]
        history = self._tables.declared(point.id)
        return tuple(
            Held(name or REST, mode, held_since(history, name)) for name, mode in modes if mode is not Mode.ENFORCE
        )

    def _refused(self, point: Point, resource: str, begin: int) -> list[Refused]:
        found: list[Refused] = []
        after: Place | None = None
        while len(found) < SHOWN and (page := self._tables.refused(begin, point.id, after, PAGE)):
            after = page[-1].place
            found += (each for each in page if each.tally.last >= begin and _concerns(each.place, resource))
        return found[:SHOWN]


def _concerns(place: Place, resource: str) -> bool:
    return not resource or covers((resource,), (place.resource, place.target))


def period(text: str) -> int:
    """Seconds of `7d`, `12h` or `30m`, up to what is kept; raises Invalid."""
    seconds = parse_period(text)
    if seconds is None or seconds > KEPT_DAYS * 86_400:
        raise Invalid("period", f"{text!r} is not a period.", f"Write it as 30m, 12h or 7d, at most {KEPT_DAYS}d.")
    return seconds
