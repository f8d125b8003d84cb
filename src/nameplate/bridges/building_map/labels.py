"""Where the name of a zone fits on a drawing."""

from collections.abc import Sequence
from typing import NamedTuple

LARGEST, SMALLEST = 15.0, 7.5
_ROWS = 24
_SHARES = (0.5, 0.35, 0.65)
"""Where on a stretch a label may stand."""
CLEAR = 9.0
_LETTER = 0.58
"""How wide a letter is, as a share of its size."""

Ring = Sequence[tuple[float, float]]


class Label(NamedTuple):
    """Lines of text around a point, in the units of the drawing."""

    x: float
    y: float
    size: float
    lines: tuple[str, ...]


def place(rings: Sequence[Ring], name: str, level: str, taken: Ring = ()) -> Label | None:
    """The name, without the level in front of it, as large as it fits; None where it fits nowhere.

    `taken`: points that it must keep `CLEAR` away from.
    """
    short = name.removeprefix(f"{level}-")
    best: Label | None = None
    for lines in _ways(short):
        label = _fitted(rings, lines, taken)
        if label is not None and (best is None or label.size > best.size + 0.5):
            best = label
    return best


def _ways(name: str) -> list[tuple[str, ...]]:
    """On one line, or on two where a dash stands."""
    cuts = [place for place, letter in enumerate(name) if letter == "-" and 0 < place < len(name) - 1]
    middle = min(cuts, key=lambda place: abs(place - len(name) / 2), default=None)
    return [(name,)] if middle is None else [(name,), (name[: middle + 1], name[middle + 1 :])]


def _fitted(rings: Sequence[Ring], lines: tuple[str, ...], taken: Ring) -> Label | None:
    ys = [y for ring in rings for _, y in ring]
    if not ys:
        return None
    top, bottom = min(ys), max(ys)
    letters = max(map(len, lines))
    best: Label | None = None
    # From the middle outwards: of places that are as good the middle one is taken.
    for row in sorted(range(1, _ROWS), key=lambda row: abs(row - _ROWS / 2)):
        y = top + (bottom - top) * row / _ROWS
        for left, right in _runs(rings, y):
            largest = min(LARGEST, (right - left - 8) / (letters * _LETTER))
            for share in _SHARES:
                label = Label(left + (right - left) * share, y, largest, lines)
                label = label._replace(size=_shrunk(rings, label, taken))
                if label.size >= SMALLEST and (best is None or label.size > best.size + 0.3):
                    best = label
    return best


def _shrunk(rings: Sequence[Ring], label: Label, taken: Ring) -> float:
    """The size at which all of its corners lie inside and nothing that is taken is covered, or 0."""
    size = label.size
    while size >= SMALLEST:
        half, high = max(map(len, label.lines)) * size * _LETTER / 2 + 2, len(label.lines) * size * 0.62 + 1
        spans = (_runs(rings, label.y + shift) for shift in (-high, 0.0, high))
        free = all(abs(x - label.x) > half + CLEAR or abs(y - label.y) > high + CLEAR for x, y in taken)
        if free and all(
            any(left <= label.x - half and label.x + half <= right for left, right in span) for span in spans
        ):
            return size
        size *= 0.9
    return 0.0


def _runs(rings: Sequence[Ring], y: float) -> list[tuple[float, float]]:
    """The stretches of a horizontal line that lie inside, by the even-odd rule."""
    crossings = sorted(
        ax + (bx - ax) * (y - ay) / (by - ay)
        for ring in rings
        for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True)
        if (ay > y) != (by > y)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=True))
