"""Figures about ourselves, and how they are told: the Prometheus text format, version 0.0.4."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds that suit everything from one sync to a slow point, in seconds."""


class Histogram:
    """Counts values by upper bound. Cheap enough for each decision."""

    __slots__ = ("_bounds", "_counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self._bounds, self._counts, self.total = tuple(bounds), [0] * (len(bounds) + 1), 0.0

    def observe(self, value: float, times: int = 1) -> None:
        """Count it so many times."""
        self._counts[bisect_left(self._bounds, value)] += times
        self.total += value * times

    def samples(self, name: str) -> "Iterator[Sample]":
        """As the format wants it: at most so much, the sum, the count."""
        sums = list(accumulate(self._counts))
        for bound, count in zip((*map(repr, self._bounds), "+Inf"), sums, strict=True):
            yield Sample(f"{name}_bucket", count, {"le": bound})
        yield Sample(f"{name}_sum", self.total)
        yield Sample(f"{name}_count", sums[-1])


class Sample(NamedTuple):
    """One value, with its labels."""

    name: str
    value: float
    labels: Mapping[str, str] = {}


class Family(NamedTuple):
    """What belongs together under one name. `kind`: `counter`, `gauge` or `histogram`."""

    name: str
    kind: str
    help: str
    samples: Iterable[Sample]


def gauge(name: str, meaning: str, value: float) -> Family:
    """One value that goes up and down."""
    return Family(name, "gauge", meaning, [Sample(name, value)])


def counter(name: str, meaning: str, value: float) -> Family:
    """One value that only grows, from the start of the process on."""
    return Family(name, "counter", meaning, [Sample(name, value)])


def histogram(name: str, meaning: str, values: Histogram) -> Family:
    """How long something takes, in seconds."""
    return Family(name, "histogram", meaning, values.samples(name))


def told(families: Iterable[Family]) -> str:
    """The text that `/metrics` answers."""
    return "".join(line for family in families for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}\n"
    yield f"# TYPE {family.name} {family.kind}\n"
    for sample in family.samples:
        pairs = ",".join(f'{name}="{_quoted(value)}"' for name, value in sample.labels.items())
        yield f"{sample.name}{{{pairs}}} {sample.value}\n" if pairs else f"{sample.name} {sample.value}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')
