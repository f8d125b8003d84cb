"""Which doors a fire alarm releases, as the points report it: by door, the site."""

from collections.abc import Iterable, Mapping
from typing import Any

from .outcomes import Happening
from .places import Door
from .points import Point

Fires = dict[str, str]


def happened(fires: Fires, doors: Mapping[str, Door], record: Mapping[str, Any]) -> list[str]:
    """What an outcome changes; returns the doors."""
    happening, door = record.get("happening"), str(record.get("door", ""))
    if happening == Happening.FIRE and door in doors:
        fires[door] = doors[door].site
        return [door]
    return [door] if happening == Happening.FIRE_CLEARED and fires.pop(door, None) is not None else []


def forget(fires: Fires, doors: Mapping[str, Door], points: Iterable[Point]) -> list[str]:
    """A fire whose end nobody would report any more does not last for ever; returns the doors."""
    if not fires:
        return []
    wired = {channel.door for point in points for channel in point.channels if channel.fire_input is not None}
    gone = [door for door in fires if door not in wired or door not in doors]
    for door in gone:
        del fires[door]
    return gone
