"""Admin events: which of them are new."""

from collections.abc import Callable

from .mapping import Touched, touched
from .wire import AdminEvent

PAGE = 100
MAX_PAGES = 50

Read = Callable[[int, int], list[AdminEvent]]
"""(how many to pass over, how many at most) -> admin events, the newest first."""


class Events:
    """Keeps the place in the list of a realm's admin events. Several can bear the same millisecond."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._time = 0
        self._seen: set[tuple[str, str, str]] = set()

    def begin(self) -> None:
        """What is there now counts as seen."""
        self._keep(self._read(0, PAGE))

    def fresh(self) -> list[Touched]:
        """What events since the last look were about, each once, the oldest first. At most MAX_PAGES pages of them."""
        new: list[AdminEvent] = []
        for page in range(MAX_PAGES):
            events = self._read(page * PAGE, PAGE)
            unseen = [event for event in events if self._is_new(event)]
            new += unseen
            if len(unseen) < PAGE:
                break
        self._keep(new)
        found: dict[tuple[str, str], Touched] = {}
        for each in filter(None, map(touched, reversed(new))):
            # The last word on each counts: it is read as it is now.
            found[each.kind, each.id] = each
        return list(found.values())

    def _is_new(self, event: AdminEvent) -> bool:
        return event.time > self._time or (event.time == self._time and _key(event) not in self._seen)

    def _keep(self, events: list[AdminEvent]) -> None:
        newest = max((event.time for event in events), default=self._time)
        if newest > self._time:
            self._time, self._seen = newest, set()
        self._seen |= {_key(event) for event in events if event.time == self._time}


def _key(event: AdminEvent) -> tuple[str, str, str]:
    return event.id, event.operation, event.path
