"""Fields of a panel's event, by the panel's names for them -> `PanelEvent`. Pure functions."""

from collections.abc import Mapping
from datetime import UTC, datetime

from nameplate.domain.feeds import Feed, PanelEvent

MAX_CELL = 256


def read_event(feed: Feed, told: Mapping[str, str]) -> PanelEvent | None:
    """What was told, as far as it concerns a door of ours and says something that the feed names; else None."""
    time, door, card, event = (told.get(feed.fields[name], "")[:MAX_CELL].strip() for name in _NAMES)
    ours, said = feed.doors.get(door), feed.words.get(event)
    if ours is None or said is None:
        return None
    return PanelEvent(feed.id, ours, said, _microseconds(time), card)


_NAMES = ("time", "door", "card", "event")


def _microseconds(text: str) -> int:
    """A time of the panel; 0 where it cannot be told. One without an offset counts as UTC."""
    try:
        at = datetime.fromisoformat(text)
        moment = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, int(moment.timestamp() * 1_000_000))
    except (ValueError, OverflowError):
        return 0
