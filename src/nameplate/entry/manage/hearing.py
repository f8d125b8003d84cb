"""What one bridge says, passed on to the deciding process; how long its stops took."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nameplate.domain.notices import ActorNotice, Effect, PersonNotice
from nameplate.ports.upstream import Names, PersonName

from .commands import Commands

KEPT = 1000


class Hearing:
    """The `Hears` port for the bridge of that name. Owned by one event loop.

    `heard_at`: wall clock of the last sign of life (microseconds, UTC), 0 before the first.
    """

    def __init__(self, bridge: str, commands: Commands, names: Names) -> None:
        self._bridge, self._commands, self._names = bridge, commands, names
        self._stops: deque[float] = deque(maxlen=KEPT)
        self.heard_at, self.actors_told, self.people_told = 0, 0, 0

    async def actors(self, notices: Sequence[ActorNotice]) -> Sequence[Effect]:
        """See the port."""
        now = _now()
        told = [each if each.received_at else replace(each, received_at=now) for each in notices]
        effects = await self._commands.actors_noticed(self._bridge, told)
        self.actors_told += len(told)
        for notice, effect in zip(told, effects, strict=True):
            if effect.stop:
                # The other side's clock may be ahead of ours.
                taken = effect.applied_at - (notice.decided_at or notice.received_at)
                self._stops.append(max(0, taken) / 1000)
        return effects

    async def people(self, notices: Sequence[PersonNotice]) -> Sequence[Effect]:
        """See the port. Names are kept here, and go no further."""
        now = _now()
        told = [each if each.received_at else replace(each, received_at=now) for each in notices]
        effects = await self._commands.people_noticed([replace(each, name="") for each in told])
        self.people_told += len(told)
        self._names.put(
            {
                effect.id: PersonName(notice.name, (notice.addresses or ("",))[0])
                for notice, effect in zip(told, effects, strict=True)
                if effect.id and notice.name
            }
        )
        for notice, effect in zip(told, effects, strict=True):
            if effect.id and notice.renamed and notice.addresses:
                self._rename(effect.id, notice.addresses[0], notice.renamed)
        return effects

    def _rename(self, person: str, former: str, now: str) -> None:
        """What people call somebody follows where it was that address."""
        known = self._names.get([person]).get(person)
        if known is not None:
            name, mail = (now if each.lower() == former.lower() else each for each in known)
            self._names.put({person: PersonName(name, mail)})

    async def alive(self, age_s: float = 0.0) -> None:
        """See the port."""
        await self._commands.bridge_heard(self._bridge, age_s)
        self.heard_at = _now() - int(age_s * 1_000_000)

    def stops(self) -> dict[str, Any]:
        """How long the last stops took, from the other side's decision (where it tells it) until they were in force."""
        taken = sorted(self._stops)
        p50, p99 = (round(taken[int(part * (len(taken) - 1))], 3) if taken else None for part in (0.5, 0.99))
        return {"count": len(taken), "p50_ms": p50, "p99_ms": p99}


def _now() -> int:
    return time.time_ns() // 1000
