"""The show for scripts and logs: a line for each thing that is out of the ordinary, and a tally."""

import asyncio
from collections.abc import Callable, Iterator

from .stage import Stage
from .watch import Watch

TALLY_S = 5.0
POLL_S = 0.2

Event = tuple[int, str]
"""When (microseconds, UTC), and what in words."""


class Narrator:
    """Tells each refusal, stop and finding once."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._told: set[Event] = set()

    def news(self) -> Iterator[str]:
        """What has happened since the last call, in its order."""
        new = {event for event in (*self._refusals(), *self._stops(), *self._findings()) if event not in self._told}
        self._told |= new
        return (line for _, line in sorted(new))

    def _refusals(self) -> Iterator[Event]:
        for each in self._watch.decisions:
            if not each.permit:
                why = f"{each.reason} ({each.detail})" if each.detail else each.reason
                yield each.at, f"{each.actor or 'somebody'} refused at {each.door}: {why}"

    def _stops(self) -> Iterator[Event]:
        for stop in self._watch.stops.values():
            yield stop.at, f"{', '.join(stop.actors)} {stop.state}: {stop.reason}"

    def _findings(self) -> Iterator[Event]:
        for found in self._watch.findings:
            yield found.at, f"{found.severity}: {found.finding} {found.actor or found.door}"

    def tally(self) -> str:
        """How things stand."""
        watch = self._watch
        counts = f"{watch.permits} permits, {watch.denials.total()} denials, {watch.passages} passages"
        return f"{counts}, {watch.records} records"


async def narrate(stage: Stage, say: Callable[[str], None]) -> None:
    """Tell until cancelled."""
    narrator, loop = Narrator(stage.journal.watch), asyncio.get_running_loop()
    next_tally = loop.time() + TALLY_S
    while True:
        for line in narrator.news():
            say(line)
        if loop.time() >= next_tally:
            next_tally += TALLY_S
            say(narrator.tally())
        await asyncio.sleep(POLL_S)
