"""What a restore does to the state: who was active is held until a person says so. No key is cut off by that."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from .actors import Standing, State
from .cards import Card, CardNumber


class Restorable(Protocol):
    """The part of the registry that a restore changes."""

    standings: dict[str, Standing]
    cards: dict[str, Card]
    enrolments: dict[str, Any]
    offers: dict[str, str]
    restored_at: int


def restore(state: Restorable, at: int, cards: Any) -> Iterator[tuple[str, str]]:
    """Hold who is active, as of `at` (microseconds, UTC), void all codes, set `cards` aside; gives what it touched.

    What was ordered after the backup is unknown. `cards`: records of numbers that were given since, as far as is known.
    """
    state.restored_at = at
    codes = [*state.enrolments]
    state.enrolments.clear()
    state.offers.clear()
    yield from (("enrolment", code_hash) for code_hash in codes)
    for given in cards:
        number = CardNumber(str(given["format"]), int(given["facility"]), int(given["number"]))
        state.cards.setdefault(number.id, Card(number, str(given["actor"]), str(given["pool"]), at, withdrawn=True))
        yield "card", number.id
    for ident, standing in state.standings.items():
        if standing.state is State.ACTIVE:
            state.standings[ident] = replace(standing, state=State.SUSPENDED, since=at)
            yield "standing", ident


def held(standings: Mapping[str, Standing], at: int) -> tuple[str, ...]:
    """Whom the restore at `at` (0: there was none) still holds: nobody has ordered anything for them since."""
    return tuple(
        ident
        for ident, standing in standings.items()
        if at and standing.since == at and standing.state is State.SUSPENDED
    )
