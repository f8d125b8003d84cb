"""What the panel tells, held against what we decided: it may refuse what we permit, and must open nothing else.

Only what concerns our own card numbers, and doors that only units pass, goes on record: people's comings and goings
stay with the panel.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from nameplate.domain.cards import Card, read_written
from nameplate.domain.feeds import Feed, PanelEvent, PanelSaid
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.authority import Alarms
from nameplate.ports.ledger import Record

GRACE_S = 2.0
"""How long an event waits before it is judged: the point's word that it presented a card may be slower."""
MAX_KEPT = 10_000
Note = Callable[[Record], None]


@dataclass(slots=True)
class _Presented:
    """A card number that a point has put before the panel. `said`: what the panel has told of it."""

    actor: str
    door: str
    decision_id: str
    at: int
    said: set[PanelSaid] = field(default_factory=set)


class Reconciler:
    """Owned by one event loop. `note` puts a record into the journal. `clock` gives microseconds, UTC."""

    def __init__(self, registry: Registry, note: Note, alarms: Alarms, clock: Callable[[], int]) -> None:
        self._registry, self._note, self._alarms, self._clock = registry, note, alarms, clock
        self._presented: deque[_Presented] = deque(maxlen=MAX_KEPT)
        self._told: dict[str, None] = {}
        self._since = clock()

    def outcome(self, outcome: Outcome) -> None:
        """A point behind whose doors a panel stands has reported."""
        if outcome.happening is Happening.CARD_PRESENTED:
            shown = _Presented(outcome.actor, outcome.door, outcome.decision_id, outcome.at)
            self._presented.append(shown)
        elif outcome.happening is Happening.PANEL_REFUSED:
            found = next((each for each in self._presented if each.decision_id == outcome.decision_id), None)
            self._refused(found or _Presented(outcome.actor, outcome.door, outcome.decision_id, self._clock()))

    def heard(self, event: PanelEvent) -> None:
        """A panel tells something; it is judged a little later."""
        arrived, loop = self._clock(), asyncio.get_running_loop()
        loop.call_later(GRACE_S, self._judge, event, arrived)

    def _judge(self, event: PanelEvent, arrived: int) -> None:
        feed, card = self._registry.feeds.get(event.feed), self._card(event.card)
        if feed is None or (card is None and event.door not in feed.watch):
            return
        actor = card.actor if card else ""
        shown = self._find(event, arrived, actor, feed)
        if shown is not None:
            shown.said.add(event.said)
        self._record(event, actor, shown)
        if shown is None and arrived - self._since > feed.within_s * 1e6:
            self._alarms.raise_finding(_undecided(event, actor))
        elif shown is not None and event.said is PanelSaid.REFUSED:
            self._refused(shown)

    def _find(self, event: PanelEvent, arrived: int, actor: str, feed: Feed) -> _Presented | None:
        """The newest presentation that the event can be about and that it has not told of yet."""
        limit = feed.within_s * 1e6
        for each in reversed(self._presented):
            near = min(abs((event.at or arrived) - each.at), abs(arrived - each.at)) <= limit
            fits = each.door == event.door and actor in ("", each.actor)
            if near and fits and event.said not in each.said:
                return each
        return None

    def _refused(self, shown: _Presented) -> None:
        """Once for each decision, whether its light or its event was faster."""
        if shown.decision_id in self._told:
            return
        if len(self._told) >= MAX_KEPT:
            del self._told[next(iter(self._told))]
        self._told[shown.decision_id] = None
        self._alarms.raise_finding(_refusal(shown))

    def _card(self, text: str) -> Card | None:
        cards, pools = self._registry.cards, self._registry.cardpools.values()
        return next((cards[each.id] for each in read_written(text, pools) if each.id in cards), None)

    def _record(self, event: PanelEvent, actor: str, shown: _Presented | None) -> None:
        told = {"feed": event.feed, "door": event.door, "event": str(event.said), "actor": actor}
        told |= {"panel_at": rfc3339(event.at) if event.at else "", "decision_id": shown.decision_id if shown else ""}
        self._note({"kind": "panel_event", **{name: value for name, value in told.items() if value}})


def _refusal(shown: _Presented) -> Finding:
    text = f"The panel refused {shown.actor} at {shown.door}, whom we had permitted. See its card list and its rules."
    return Finding(
        "panel_refused_permit", Severity.MEDIUM, text, shown.actor, door=shown.door, decision_id=shown.decision_id
    )


def _undecided(event: PanelEvent, actor: str) -> Finding:
    if event.said is PanelSaid.REFUSED:
        text = (
            f"The panel refused the card number of {actor} at {event.door}, and we had not presented it: it is copied."
        )
        return Finding("number_without_decision", Severity.HIGH, text, actor, door=event.door)
    who = f"for the card number of {actor}" if actor else "although only units pass there"
    text = f"The panel {event.said} {event.door} {who}, and nobody had decided that."
    return Finding("opening_without_decision", Severity.HIGH, text, actor, door=event.door)
