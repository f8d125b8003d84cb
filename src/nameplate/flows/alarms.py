"""Alarms: raised by what is noted, told once, cleared when their cause is over, acknowledged by people."""

from collections.abc import Callable, Mapping
from typing import Any

from nameplate.domain.alarms import Alarm, Cause, Key, Stage, cause_of, ended_by
from nameplate.domain.errors import Conflict, NotFound, Refused
from nameplate.domain.registry import Registry
from nameplate.ports.ledger import Ledger

Record = Mapping[str, Any]


class AlarmKeeper:
    """Looks at each record that is noted. `new_id` gives names that were never given. Owned by one event loop."""

    def __init__(self, registry: Registry, ledger: Ledger, new_id: Callable[[], str]) -> None:
        self._registry, self._ledger, self._new_id = registry, ledger, new_id
        # Raised, but the record is not in force yet.
        self._raising: set[Key] = set()

    def noticed(self, record: Record) -> None:
        """A record has been noted: raise and clear what follows from it."""
        if record["kind"] not in ("outcome", "finding"):
            return
        cause = cause_of(record)
        if cause is not None:
            self._raise(cause)
        for key in ended_by(record):
            self.over(key)

    def over(self, key: Key) -> None:
        """The cause of an alarm has ended. It is told once an alarm, however often it comes and goes."""
        alarm = self._registry.alarms.of(key)
        if alarm is not None and not (alarm.clear_told and alarm.cleared_at is not None):
            self._ledger.note(_record(alarm, Stage.CLEARED))

    async def acknowledge(self, ident: str, by: str, reason: str) -> Alarm:
        """Somebody has seen it. Raises NotFound, Refused without a reason, Conflict for one that was acknowledged."""
        alarm = self._registry.alarms.by_id.get(ident)
        if alarm is None:
            raise NotFound("alarm", f"There is no alarm {ident}.", "See `nameplate alarm list --all`.")
        if not reason.strip():
            raise Refused("reason", "To acknowledge an alarm takes a reason.", "Say what was found.")
        if alarm.acknowledged_at is not None:
            raise Conflict("acknowledged", f"{ident} was acknowledged by {alarm.by}.", "See `nameplate alarm show`.")
        await self._ledger.commit(_record(alarm, Stage.ACKNOWLEDGED) | {"by": by, "reason": reason})
        return self._registry.alarms.by_id[ident]

    def _raise(self, cause: Cause) -> None:
        if self._registry.alarms.of(cause.key) is not None:
            self._raising.discard(cause.key)
        elif cause.key not in self._raising:
            self._raising.add(cause.key)
            fields = cause._asdict() | {"site": self._site(cause)}
            self._ledger.note(_written(self._new_id(), Stage.RAISED, fields))
            if self._registry.alarms.of(cause.key) is not None:
                self._raising.discard(cause.key)

    def _site(self, cause: Cause) -> str:
        registry = self._registry
        place = registry.doors.get(cause.door) or registry.points.get(cause.point) or registry.actors.get(cause.actor)
        return place.site if place else ""


def _record(alarm: Alarm, stage: Stage) -> dict[str, Any]:
    names = ("name", "severity", "title", "text", "site", "door", "point", "actor")
    return _written(alarm.id, stage, {name: getattr(alarm, name) for name in names})


def _written(ident: str, stage: Stage, fields: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: str(value) for name, value in fields.items() if value}
    return {"kind": "alarm", "alarm": ident, "state": stage.value, **told}
