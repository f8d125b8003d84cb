"""What must not go unseen: raised by what happened, told once however often it repeats, until a person acknowledges it.

An alarm is open until it has been acknowledged and its cause is over. While it is open, whatever would raise it again
only counts. What has no end of its own, such as a cloned key, is over when somebody has seen it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from .findings import Severity
from .outcomes import Happening

KEPT_CLOSED = 1_000
"""How many alarms that are closed stay listed; the journal keeps all."""

Key = tuple[str, str, str]
"""What is one and the same alarm: its name, the door or point, the actor."""


class Stage(StrEnum):
    """What a record of an alarm says."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


class Meaning(NamedTuple):
    """An alarm that an outcome raises. `ended_by`: the happenings after which its cause is over."""

    severity: Severity
    title: str
    remedy: str
    ended_by: frozenset[Happening] = frozenset()


_CLOSED, _ONLINE = frozenset({Happening.DOOR_CLOSED}), frozenset({Happening.READER_ONLINE})
MEANINGS: Mapping[str, Meaning] = {
    Happening.DOOR_FORCED: Meaning(
        Severity.HIGH, "Door forced open", "Go there, or look: it opened without a permit.", _CLOSED
    ),
    Happening.DOOR_HELD: Meaning(Severity.MEDIUM, "Door held open", "See what keeps it open, and close it.", _CLOSED),
    Happening.TAMPER: Meaning(
        Severity.HIGH,
        "Reader tampered with",
        "Look at the reader: somebody has opened it or taken it off the wall.",
        frozenset({Happening.TAMPER_CLEARED}),
    ),
    Happening.READER_OFFLINE: Meaning(
        Severity.MEDIUM, "Reader offline", "Check its power and its line: robots are not let through there.", _ONLINE
    ),
    Happening.SECURE_CHANNEL_LOST: Meaning(
        Severity.HIGH,
        "Secure channel to a reader lost",
        "Check reader and line: it has another key, or somebody is on the wire.",
        _ONLINE,
    ),
    Happening.FIRE: Meaning(
        Severity.CRITICAL,
        "Fire alarm releases a door",
        "Follow the fire plan. Robots may leave and not enter until it is over.",
        frozenset({Happening.FIRE_CLEARED}),
    ),
    Happening.REPORTS_LOST: Meaning(
        Severity.MEDIUM, "Reports of a point lost", "The record has a gap: see the log of the point."
    ),
}
POINT_DOWN = "point_down"
FINDINGS: Mapping[str, str] = {POINT_DOWN: "See the log of the server: its doors deny everything until it is back."}
"""What to do about findings whose text does not say."""
LASTING = frozenset(name for name, meaning in MEANINGS.items() if meaning.ended_by) | {POINT_DOWN}
"""Alarms whose cause goes on until something ends it."""


class Cause(NamedTuple):
    """What raises an alarm."""

    name: str
    severity: Severity
    title: str
    text: str
    door: str
    point: str
    actor: str

    @property
    def key(self) -> Key:
        """Which alarm it is."""
        return (self.name, self.door or self.point, self.actor)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. Times: microseconds since the epoch, UTC.

    `count`: how often its cause occurred while it was open, last in record `last_seq`.
    """

    id: str
    name: str
    severity: Severity
    title: str
    text: str
    site: str
    door: str
    point: str
    actor: str
    raised_at: int
    last_at: int
    last_seq: int = 0
    count: int = 1
    cleared_at: int | None = None
    clear_told: bool = False
    acknowledged_at: int | None = None
    by: str = ""
    reason: str = ""

    @property
    def key(self) -> Key:
        """Which alarm it is."""
        return (self.name, self.door or self.point, self.actor)

    @property
    def closed(self) -> bool:
        """Whether nobody has to do anything about it any more."""
        return self.acknowledged_at is not None and (self.cleared_at is not None or self.name not in LASTING)


def cause_of(record: Mapping[str, Any]) -> Cause | None:
    """The alarm that a record raises. What a door does while a fire alarm releases it raises none."""
    door, point = str(record.get("door", "")), str(record.get("point", ""))
    if record["kind"] == "outcome":
        meaning = MEANINGS.get(record["happening"])
        if meaning is None or (record.get("detail") or {}).get("fire"):
            return None
        text = f"{meaning.title}: {door or point}"
        return Cause(record["happening"], meaning.severity, meaning.title, text, door, point, "")
    if record["kind"] == "finding" and record.get("severity") in (Severity.HIGH, Severity.CRITICAL):
        name = str(record["finding"])
        title, severity = name.replace("_", " ").capitalize(), Severity(record["severity"])
        return Cause(name, severity, title, str(record.get("text", "")), door, point, str(record.get("actor", "")))
    return None


def ended_by(record: Mapping[str, Any]) -> Iterator[Key]:
    """The alarms whose cause a record ends."""
    if record["kind"] == "outcome":
        place = str(record.get("door", "") or record.get("point", ""))
        yield from ((name, place, "") for name, each in MEANINGS.items() if record["happening"] in each.ended_by)


def remedy(name: str) -> str:
    """What to do about an alarm of that name."""
    return MEANINGS[name].remedy if name in MEANINGS else FINDINGS.get(name, "Find out what happened, and note it.")


_TEXTS = ("title", "text", "site", "door", "point", "actor")


@dataclass(slots=True)
class AlarmBook:
    """All alarms that are open, and the last that were closed. `open`: by what they are, the id."""

    by_id: dict[str, Alarm] = field(default_factory=dict)
    open: dict[Key, str] = field(default_factory=dict)

    def put(self, alarm: Alarm) -> list[str]:
        """Bring in an alarm as it is now; returns the ids of all that changed or went."""
        self.by_id[alarm.id] = alarm
        if not alarm.closed:
            self.open[alarm.key] = alarm.id
            return [alarm.id]
        if self.open.get(alarm.key) == alarm.id:
            del self.open[alarm.key]
        return [alarm.id, *self._forget()]

    def of(self, key: Key) -> Alarm | None:
        """The open alarm of that kind and place."""
        return self.by_id.get(self.open.get(key, ""))

    def happened(self, record: Mapping[str, Any], at: int) -> list[str]:
        """An outcome or a finding: what it says of alarms that are open. Returns the ids of what changed."""
        changed: list[str] = []
        cause = cause_of(record)
        if cause is not None and (alarm := self.of(cause.key)):
            changed += self._again(alarm, record, at)
        for key in ended_by(record):
            if (alarm := self.of(key)) and alarm.cleared_at is None:
                changed += self.put(replace(alarm, cleared_at=at))
        return changed

    def told(self, record: Mapping[str, Any], at: int) -> list[str]:
        """A record of an alarm. Returns the ids of what changed."""
        if record["state"] == Stage.RAISED:
            return self._raised(record, at)
        alarm = self.by_id.get(record["alarm"])
        if alarm is None or alarm.closed:
            return []
        if record["state"] == Stage.CLEARED:
            return self.put(replace(alarm, cleared_at=alarm.cleared_at or at, clear_told=True))
        seen = replace(alarm, acknowledged_at=at, by=str(record["by"]), reason=str(record["reason"]))
        return self.put(seen)

    def _again(self, alarm: Alarm, record: Mapping[str, Any], at: int) -> list[str]:
        seq = int(record.get("seq", 0))
        if seq <= alarm.last_seq:
            return []
        return self.put(replace(alarm, count=alarm.count + 1, last_at=at, last_seq=seq, cleared_at=None))

    def _raised(self, record: Mapping[str, Any], at: int) -> list[str]:
        if record["alarm"] in self.by_id:
            return []
        title, text, site, door, point, actor = (str(record.get(name, "")) for name in _TEXTS)
        ident, name, severity = str(record["alarm"]), str(record["name"]), Severity(record["severity"])
        seq = int(record.get("seq", 0))
        alarm = Alarm(ident, name, severity, title, text, site, door, point, actor, at, at, seq)
        known = self.of(alarm.key)
        # Two causes at once can both have found no alarm open: the second is a repetition.
        return self.put(alarm) if known is None else self._again(known, record, at)

    def _forget(self) -> list[str]:
        if len(self.by_id) - len(self.open) <= KEPT_CLOSED:
            return []
        closed = (alarm for alarm in self.by_id.values() if alarm.closed)
        oldest = min(closed, key=lambda alarm: (alarm.raised_at, alarm.id))
        del self.by_id[oldest.id]
        return [oldest.id]
