"""Names for spaces, from what the map calls its doors and its destinations.

In this order: `<level>-outside`; the name of the one destination within, or what several in one room have in common;
`<level>-corridor-<n>` for a space with many doors, the largest first; what the doors of a room have in common;
`<level>-space-<n>`.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from nameplate.bridges.building_map.ids import numbered, on_level, shared_stem, slug, without_level
from nameplate.bridges.building_map.model import Door, Level
from nameplate.bridges.building_map.spaces import OUTSIDE, Spaces

CORRIDOR_DOORS = 4

Sides = Sequence[tuple[Door, int, int]]


def name_spaces(storeys: Sequence[tuple[Level, Spaces, Sides]]) -> list[dict[int, str]]:
    """For each storey, the zone id of each space that its doors touch; no id is given twice in the building."""
    wanted = [_storey(*storey) for storey in storeys]
    given = iter(numbered(name for named in wanted for name in named.values()))
    return [{space: next(given) for space in named} for named in wanted]


def _storey(level: Level, spaces: Spaces, sides: Sides) -> dict[int, str]:
    doors: dict[int, list[str]] = defaultdict(list)
    counts: Counter[int] = Counter()
    for door, *pair in sides:
        counts.update(pair)
        doors[_smaller(spaces, pair)].append(without_level(level.name, door.name))
    within: dict[int | None, set[str]] = defaultdict(set)
    for vertex in level.vertices:
        if slug(vertex.name):
            within[spaces.at(vertex.at)].add(without_level(level.name, vertex.name))
    rooms = sorted(counts.keys() - {OUTSIDE})
    named = {space: _own_name(counts[space], within[space], doors[space]) for space in rooms}
    halls = sorted(
        (space for space in rooms if not named[space]), key=lambda hall: (-round(spaces.areas[hall], 2), hall)
    )
    for number, space in enumerate(halls, start=1):
        named[space] = f"{'corridor' if counts[space] >= CORRIDOR_DOORS else 'space'}-{number}"
    outside = {OUTSIDE: "outside"} if OUTSIDE in counts else {}
    return {space: on_level(level.name, name) for space, name in (outside | named).items()}


def _own_name(count: int, within: set[str], doors: list[str]) -> str:
    """What a space with so many doors is called by what is in it or leads to it; empty where that says nothing."""
    if count >= CORRIDOR_DOORS and len(within) != 1:
        return ""
    return shared_stem(within or doors)


def _smaller(spaces: Spaces, pair: Sequence[int]) -> int:
    """A door is called after the room it opens, which is the smaller of its two sides, and never the outside."""
    return min(pair, key=lambda space: (space == OUTSIDE, spaces.areas[space], space))
