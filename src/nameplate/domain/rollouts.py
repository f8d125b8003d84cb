"""What a staged rollout is judged by: permits that enforcing would have refused, and since when each mode holds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from .manifests.documents import from_document
from .modes import Mode, mode_of
from .points import Point
from .timestamps import parse_rfc3339

HOUR_US = 3_600_000_000
_MODES = {"observed": Mode.OBSERVE, "warned": Mode.WARN}


class Place(NamedTuple):
    """Who would have been refused what, where and why. `target`: the zone beyond a door. `mode`: observe or warn."""

    point: str
    actor: str
    action: str
    resource: str
    target: str
    mode: str
    reason: str


class Tally(NamedTuple):
    """How often, and when. Times: microseconds, UTC. `decision_id`: of the last one."""

    times: int
    first: int
    last: int
    decision_id: str

    def and_then(self, later: "Tally") -> "Tally":
        """Both together."""
        return Tally(self.times + later.times, min(self.first, later.first), later.last, later.decision_id)


class Declared(NamedTuple):
    """What was declared of a point at a time; None: that it is gone."""

    point: str
    seq: int
    at: int
    spec: Point | None


class Noted:
    """What some records say about the rollout. `refusals`: by the hour (microseconds, its start) and place."""

    def __init__(self) -> None:
        self.refusals: dict[tuple[int, Place], Tally] = {}
        self.declared: list[Declared] = []

    def note(self, record: Mapping[str, Any]) -> None:
        """Take one record, in the order of the journal."""
        if record.get("kind") == "declared":
            self.declared += _declared(record)
        elif record.get("kind") == "decision" and record.get("reason") in _MODES and not record.get("simulated"):
            self._count(record, parse_rfc3339(record["at"]) or 0)

    def _count(self, record: Mapping[str, Any], at: int) -> None:
        reasons = [str(reason) for reason in record["reasons"]]
        place = Place(
            record["point"],
            record["actor"],
            record["action"],
            record["resource"],
            record.get("target", ""),
            _MODES[record["reason"]].value,
            reasons[1] if len(reasons) > 1 else "",
        )
        key, tally = (at - at % HOUR_US, place), Tally(1, at, at, record["decision_id"])
        self.refusals[key] = self.refusals[key].and_then(tally) if key in self.refusals else tally

    def clear(self) -> None:
        """Forget what has been saved."""
        self.refusals.clear()
        self.declared.clear()


def _declared(record: Mapping[str, Any]) -> Iterator[Declared]:
    at = parse_rfc3339(record["at"]) or 0
    for change in record["changes"]:
        if change["op"] == "delete" and change["kind"] == "Point":
            yield Declared(change["id"], record["seq"], at, None)
        elif change.get("doc", {}).get("kind") == "Point":
            spec = from_document(change["doc"])
            if isinstance(spec, Point):
                yield Declared(spec.id, record["seq"], at, spec)


def held_since(history: Sequence[Declared], name: str) -> int | None:
    """Since when the mode at `name` is what it is now (microseconds, UTC); None where that is not known.

    `history`: all that was declared of one point, oldest first. An end date that has passed does not count.
    """
    mode: Mode | None = None
    since = None
    for each in reversed(history):
        held = mode_of(each.spec, (name,), _never) if each.spec else Mode.ENFORCE
        if mode not in (None, held):
            break
        mode, since = held, each.at
    return since


def _never(_day: date) -> bool:
    return False
