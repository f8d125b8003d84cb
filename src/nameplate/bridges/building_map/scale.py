"""Metres per unit of the map. Measured where the map says so, never guessed.

As Open-RMF does it: a level's `measurements` give its scale; a level without any takes the scale of a measured level
through the fiducials that both share. Unlike Open-RMF, measurements that contradict each other give no scale at all.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from nameplate.bridges.building_map.model import Problem

TOLERANCE = 0.05
"""How far a measurement may lie from the median of its level, as a fraction of it."""

_REMEDY = "Correct the measurements in the map editor, or import with --scale METRES_PER_UNIT."


@dataclass(frozen=True, slots=True)
class Marks:
    """What a level says about its scale: `measures` are (metres, units) pairs, `fiducials` points in units by name."""

    measures: tuple[tuple[float, float], ...]
    fiducials: Mapping[str, tuple[float, float]]


def scales(levels: Mapping[str, Marks]) -> tuple[dict[str, float], list[Problem]]:
    """The scale of every level that has one, and a problem for each that has none."""
    found: dict[str, float] = {}
    problems = []
    for name, marks in sorted(levels.items()):
        fault = _fault(marks) if marks.measures else None
        if fault:
            problems.append(Problem("error", name, fault, "measurements", _REMEDY))
        elif marks.measures:
            found[name] = median(metres / units for metres, units in marks.measures)
    measured = dict(found)
    for name, marks in sorted(levels.items()):
        if not marks.measures:
            derived = _through_fiducials(marks, levels, measured)
            if derived is None:
                problems.append(
                    Problem(
                        "error", name, "the level has no measurement, so its scale is unknown", "measurements", _REMEDY
                    )
                )
            else:
                found[name] = derived
    return found, problems


def _fault(marks: Marks) -> str | None:
    if any(metres <= 0 or units <= 0 for metres, units in marks.measures):
        return "a measurement has no length, or a distance that is not positive"
    ratios = sorted(metres / units for metres, units in marks.measures)
    middle = median(ratios)
    if ratios[0] < middle * (1 - TOLERANCE) or ratios[-1] > middle * (1 + TOLERANCE):
        return f"the measurements disagree: {ratios[0]:.4g} to {ratios[-1]:.4g} metres per unit"
    return None


def _through_fiducials(marks: Marks, levels: Mapping[str, Marks], measured: Mapping[str, float]) -> float | None:
    for name, scale in sorted(measured.items()):
        other = levels[name].fiducials
        shared = sorted(marks.fiducials.keys() & other.keys())
        pairs = [
            (math.dist(other[a], other[b]), math.dist(marks.fiducials[a], marks.fiducials[b]))
            for a, b in combinations(shared, 2)
        ]
        ratios = [there / here for there, here in pairs if there > 0 and here > 0]
        if ratios:
            return scale * median(ratios)
    return None
