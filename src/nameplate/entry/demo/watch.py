"""What the journal says has happened: everything that the demonstration shows and sums up comes from its records."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nameplate.domain.outcomes import Happening
from nameplate.domain.registry import Registry, fold
from nameplate.domain.timestamps import parse_rfc3339

KEPT = 100
_ALARMS = {
    Happening.DOOR_FORCED: ("high", "It was opened, and nobody had been let in."),
    Happening.DOOR_HELD: ("medium", "It stands open for too long."),
    Happening.TAMPER: ("high", "Its reader was lifted off the wall."),
    Happening.SECURE_CHANNEL_LOST: ("high", "Its reader answers, but not with its key."),
}

Record = Mapping[str, Any]


class Decided(NamedTuple):
    """A decision at a door. `at`: microseconds, UTC. `detail`: the finer words after the reason."""

    at: int
    actor: str
    door: str
    permit: bool
    reason: str
    detail: str


class Stopped(NamedTuple):
    """A stop. `at`: when it was ordered; `receipts`: as recorded; `refused_at`: its first denial, 0 before it."""

    id: str
    order: str
    state: str
    actors: tuple[str, ...]
    by: str
    reason: str
    at: int
    receipts: tuple[Record, ...] = ()
    refused_at: int = 0


class Found(NamedTuple):
    """A finding, or an alarm of a door. `at`: microseconds, UTC."""

    at: int
    finding: str
    severity: str
    text: str
    actor: str = ""
    door: str = ""
    decision_id: str = ""


class Watch:
    """Folds the records of a journal, in order. `registry` is what they make of the site."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.records = self.permits = self.passages = 0
        self.denials: Counter[str] = Counter()
        self.decisions: deque[Decided] = deque(maxlen=KEPT)
        self.last: dict[str, Decided] = {}
        self.at_door: dict[str, Decided] = {}
        self.open_doors: set[str] = set()
        self.keyed: set[str] = set()
        self.stops: dict[str, Stopped] = {}
        self.findings: list[Found] = []
        self._rules: dict[str, Callable[[Record], None]] = {
            "decision": self._decision,
            "state": self._state,
            "receipt": self._receipt,
            "outcome": self._outcome,
            "finding": self._finding,
        }

    def see(self, record: Record) -> None:
        """Take in one record."""
        self.records += 1
        fold(self.registry, record)
        if rule := self._rules.get(record["kind"]):
            rule(record)

    def refused(self, actor: str, reason: str) -> bool:
        """Whether the last decision on the actor was a refusal for this reason."""
        last = self.last.get(actor)
        return last is not None and not last.permit and last.reason == reason

    def permitted(self, actor: str) -> bool:
        """Whether the last decision on the actor was a permit."""
        return actor in self.last and self.last[actor].permit

    def found(self, finding: str) -> bool:
        """Whether there is such a finding."""
        return any(each.finding == finding for each in self.findings)

    def _decision(self, record: Record) -> None:
        permit, reason = record["decision"] == "permit", record["reason"]
        door, detail = record["resource"].removeprefix("door:"), ", ".join(record["reasons"][1:])
        decided = Decided(_time(record["at"]), record["actor"], door, permit, reason, detail)
        self.decisions.append(decided)
        self.at_door[door] = decided
        self.last[decided.actor] = decided
        if permit:
            self.permits += 1
        else:
            self.denials[reason] += 1
            self._first_denial(decided)

    def _first_denial(self, decided: Decided) -> None:
        for stop in self.stops.values():
            if decided.reason == "state" and decided.actor in stop.actors and not stop.refused_at:
                self.stops[stop.id] = stop._replace(refused_at=decided.at)

    def _state(self, record: Record) -> None:
        if ident := record.get("stop"):
            actors = tuple(actor["id"] for actor in record["actors"])
            at, order, state = _time(record["cut_off"]), record["order"], record["to"]
            self.stops[ident] = Stopped(ident, order, state, actors, record["by"], record["reason"], at)

    def _receipt(self, record: Record) -> None:
        kept = {name: value for name, value in record.items() if name not in {"seq", "at", "kind", "stop"}}
        stop = self.stops[record["stop"]]
        self.stops[stop.id] = stop._replace(receipts=(*stop.receipts, kept))

    def _outcome(self, record: Record) -> None:
        happening, door = Happening(record["happening"]), record.get("door", "")
        self.passages += happening is Happening.PASSAGE
        if happening is Happening.INSTALL_DONE:
            self.keyed.add(door)
        elif happening in {Happening.DOOR_OPENED, Happening.DOOR_FORCED}:
            self.open_doors.add(door)
        elif happening is Happening.DOOR_CLOSED:
            self.open_doors.discard(door)
        if happening in _ALARMS:
            severity, text = _ALARMS[happening]
            self.findings.append(Found(_time(record["at"]), happening.value, severity, text, door=door))

    def _finding(self, record: Record) -> None:
        known = {name: record[name] for name in Found._fields if name in record}
        self.findings.append(Found(**known | {"at": _time(record["at"])}))


def _time(text: str) -> int:
    at = parse_rfc3339(text)
    if at is None:
        raise ValueError(text)
    return at
