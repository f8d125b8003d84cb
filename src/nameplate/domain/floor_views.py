"""What there is to see of zones and doors now, in words: for plans and lists of a building."""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import NamedTuple

from .modes import Mode, mode_of
from .outcomes import Happening
from .places import Door
from .points import Point
from .registry import Registry

IsOver = Callable[[Point, date], bool]
UNSEEN = Happening.READER_OFFLINE.replace("_", " ")
LISTED = 6
"""So many actors of a zone are named; the others are counted."""


class ZoneView(NamedTuple):
    """A zone as declared and as it stands. `inside`: actors whose last passage led there."""

    public: bool
    locked: bool
    inside: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """As people are told."""
        named = ", ".join(self.inside[:LISTED])
        more = len(self.inside) - LISTED
        inside = f"inside: {named}{f' and {more} more' if more > 0 else ''}" if self.inside else ""
        return tuple(each for each in ("locked down" if self.locked else "", inside) if each)


class DoorView(NamedTuple):
    """A door as it stands. `words`: as people are told; `trouble`: somebody should look; `online`: None if no point."""

    online: bool | None
    trouble: bool
    words: tuple[str, ...]


def zone_views(registry: Registry, site: str) -> dict[str, ZoneView]:
    """The zones of a site, by id."""
    inside: dict[str, list[str]] = {}
    for actor, standing in registry.standings.items():
        if standing.zone:
            inside.setdefault(standing.zone, []).append(actor)
    return {
        each.id: ZoneView(each.public, each.id in registry.lockdowns, tuple(sorted(inside.get(each.id, ()))))
        for each in registry.zones.values()
        if each.site == site
    }


def door_views(registry: Registry, site: str, connected: Collection[str], is_over: IsOver) -> dict[str, DoorView]:
    """The doors of a site, by id. `connected`: points that are connected now; `is_over`: see `domain.modes`."""
    points = {channel.door: point for point in registry.points.values() for channel in point.channels}
    alarms: dict[str, list[str]] = {}
    for alarm in registry.alarms.by_id.values():
        if alarm.door and alarm.cleared_at is None and not alarm.closed:
            alarms.setdefault(alarm.door, []).append(alarm.name.replace("_", " "))
    return {
        each.id: _door(registry, each, points.get(each.id), connected, is_over, tuple(sorted(alarms.get(each.id, ()))))
        for each in registry.doors.values()
        if each.site == site
    }


def _door(
    registry: Registry,
    door: Door,
    point: Point | None,
    connected: Collection[str],
    is_over: IsOver,
    alarms: tuple[str, ...],
) -> DoorView:
    online = None if point is None else point.id in connected and UNSEEN not in alarms
    words = (*_standing(registry, door, online), *_mode(door, point, is_over), *alarms)
    return DoorView(online, bool(alarms) or online is False, words)


def _standing(registry: Registry, door: Door, online: bool | None) -> Iterator[str]:  # noqa: FBT001 - a value, no switch
    yield "no point" if online is None else "online" if online else "offline"
    if any(zone in registry.lockdowns for zone in door.joins):
        yield "locked down"
    if door.id in registry.fires:
        yield "released by fire alarm"


def _mode(door: Door, point: Point | None, is_over: IsOver) -> Iterator[str]:
    if point is not None:
        names = (f"door:{door.id}", *(f"zone:{zone}" for zone in door.joins))
        mode = mode_of(point, names, lambda day: is_over(point, day))
        if mode is not Mode.ENFORCE:
            yield f"{mode} only"
