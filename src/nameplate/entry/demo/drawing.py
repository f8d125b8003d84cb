"""A floor plan in characters: walls as lines, doors in them, the names of zones."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from nameplate.boot.simulation import Floor, Plan, Point, Segment

_EAST, _SOUTH, _WEST, _NORTH = 1, 2, 4, 8
# A lone end is drawn as a whole line: half a one looks like a fault of the terminal.
_CORNERS = {
    0: " ",
    _EAST: "─",
    _WEST: "─",
    _EAST | _WEST: "─",
    _NORTH: "│",
    _SOUTH: "│",
    _NORTH | _SOUTH: "│",
    _EAST | _SOUTH: "┌",
    _WEST | _SOUTH: "┐",
    _EAST | _NORTH: "└",
    _WEST | _NORTH: "┘",
    _EAST | _WEST | _SOUTH: "┬",
    _EAST | _WEST | _NORTH: "┴",
    _NORTH | _SOUTH | _EAST: "├",
    _NORTH | _SOUTH | _WEST: "┤",
    _EAST | _WEST | _NORTH | _SOUTH: "┼",
}


class Cell(NamedTuple):
    """A place on the drawing."""

    column: int
    row: int


class _Run(NamedTuple):
    start: Cell
    width: int


class Axis(NamedTuple):
    """One direction. The walls at `metres` are drawn at `cells`; between them all is stretched evenly. Both ascend."""

    metres: tuple[float, ...]
    cells: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return self.cells[-1] + 1

    def cell(self, metre: float) -> int:
        """The cell of a coordinate; what lies outside goes to the edge."""
        return min(max(round(_stretched(metre, self.metres, self.cells)), 0), self.cells[-1])

    def metre(self, cell: int) -> float:
        """The coordinate at the middle of a cell."""
        return _stretched(cell, self.cells, self.metres)


class Scale(NamedTuple):
    """From metres to cells and back."""

    across: Axis
    down: Axis

    def cell(self, place: Point) -> Cell:
        """The cell of a point."""
        return Cell(self.across.cell(place.x), self.down.cell(place.y))

    def place(self, cell: Cell) -> Point:
        """The point in the middle of a cell."""
        return Point(self.across.metre(cell.column), self.down.metre(cell.row))


@dataclass(frozen=True, slots=True)
class Drawing:
    """What never moves. `walls` and `names` by cell; `doors`: the cells of each door and whether it lies flat."""

    scale: Scale
    walls: Mapping[Cell, str]
    names: Mapping[Cell, str]
    doors: Mapping[str, tuple[tuple[Cell, ...], bool]]


def draw(floor: Floor, columns: int, rows: int) -> Drawing:
    """The ground floor, filling that many cells (at least 20 by 8)."""
    level = floor.building.levels[0]
    scale = _scale(level.walls, max(columns, 20), max(rows, 8))
    walls = _walls(level.walls, scale)
    doors = {door.id: _door(door.line, scale) for door in floor.plan.doors if door.level == level.name}
    for cells, _ in doors.values():
        for cell in cells:
            walls.pop(cell, None)
    taken = set(walls) | {cell for cells, _ in doors.values() for cell in cells}
    return Drawing(scale, walls, dict(_names(floor.plan, level.name, scale, taken)), doors)


def _scale(walls: Sequence[Segment], columns: int, rows: int) -> Scale:
    standing = {wall.a.x for wall in walls if wall.a.x == wall.b.x}
    lying = {wall.a.y for wall in walls if wall.a.y == wall.b.y}
    return Scale(_axis(sorted(standing), columns, 1), _axis(sorted(lying), rows, 2))


def _axis(metres: Sequence[float], size: int, least: int) -> Axis:
    """From wall to wall at least so many cells, if there are enough: a robot must not be drawn into a wall."""
    least = least if (len(metres) - 1) * least < size else 0
    spare, length = size - 1 - least * (len(metres) - 1), metres[-1] - metres[0]
    cells = (least * index + round(spare * (metre - metres[0]) / length) for index, metre in enumerate(metres))
    return Axis(tuple(metres), tuple(cells))


def _stretched(value: float, known: Sequence[float], mapped: Sequence[float]) -> float:
    """Piecewise linear: `known[i]` becomes `mapped[i]`; beyond the ends the outermost piece goes on."""
    index = min(max(bisect_right(known, value) - 1, 0), len(known) - 2)
    share = (value - known[index]) / ((known[index + 1] - known[index]) or 1)
    return mapped[index] + share * (mapped[index + 1] - mapped[index])


def _walls(walls: Iterable[Segment], scale: Scale) -> dict[Cell, str]:
    bits: dict[Cell, int] = {}
    for wall in walls:
        for one, other, ahead, back in _steps(scale.cell(wall.a), scale.cell(wall.b)):
            bits[one] = bits.get(one, 0) | ahead
            bits[other] = bits.get(other, 0) | back
    return {cell: _CORNERS[joined] for cell, joined in bits.items()}


def _steps(start: Cell, end: Cell) -> Iterator[tuple[Cell, Cell, int, int]]:
    """From cell to cell, first sideways, then down: walls of the demonstration are straight."""
    (column, row), (last_column, last_row) = min(start, end), max(start, end)
    while column < last_column:
        yield Cell(column, row), Cell(column + 1, row), _EAST, _WEST
        column += 1
    down = 1 if row < last_row else -1
    while row != last_row:
        pair = (Cell(column, row), Cell(column, row + down))
        yield (*pair, _SOUTH, _NORTH) if down == 1 else (*pair, _NORTH, _SOUTH)
        row += down


def _door(line: Segment, scale: Scale) -> tuple[tuple[Cell, ...], bool]:
    start, end = sorted((scale.cell(line.a), scale.cell(line.b)))
    flat = abs(line.a.x - line.b.x) >= abs(line.a.y - line.b.y)
    if flat:
        cells = [Cell(column, start.row) for column in range(start.column + 1, end.column)]
    else:
        cells = [Cell(start.column, row) for row in range(start.row + 1, end.row)]
    return tuple(cells) or (scale.cell(line.middle),), flat


def _names(plan: Plan, level: str, scale: Scale, taken: set[Cell]) -> Iterator[tuple[Cell, str]]:
    """The name of each zone at its first widest place: on one line where it fits, else a word a line."""
    for zone, runs in _runs(plan, level, scale, taken).items():
        width = max(run.width for run in runs)
        words = zone.removeprefix(f"{level}-").split("-")
        lines = [" ".join(words)] if len(" ".join(words)) <= width else words
        first = next(run for run in runs if run.width == width)
        for offset, line in enumerate(lines):
            text = line if len(line) <= width else f"{line[: width - 1]}."
            begin = Cell(first.start.column + (width - len(text)) // 2, first.start.row + offset)
            cells = [(begin._replace(column=begin.column + index), letter) for index, letter in enumerate(text)]
            yield from (each for each in cells if each[0] not in taken)


def _runs(plan: Plan, level: str, scale: Scale, taken: set[Cell]) -> dict[str, list[_Run]]:
    """The free cells of each zone, in rows from top to bottom."""
    runs: dict[str, list[_Run]] = {}
    for row in range(scale.down.size):
        cells = (Cell(column, row) for column in range(scale.across.size))
        inside = ((cell, None if cell in taken else plan.zone_at(level, scale.place(cell))) for cell in cells)
        for zone, group in groupby(inside, key=lambda pair: pair[1]):
            run = [cell for cell, _ in group]
            if zone is not None:
                runs.setdefault(zone, []).append(_Run(run[0], len(run)))
    return runs
