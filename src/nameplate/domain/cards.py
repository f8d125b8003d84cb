"""Card numbers: by them an existing access panel tells units apart. One a unit, never given twice, gone with the unit.

Layouts, most significant bit first; P is even parity over the leading and odd parity over the trailing data bits:

    wiegand-26   P | facility  8 | number 16 | P    12 and 12 bits under the parities (H10301)
    wiegand-34   P | facility 16 | number 16 | P    16 and 16 (H10306)
    wiegand-37   P | facility 16 | number 19 | P    18 and 18, which share the middle bit (H10304)
    raw-32, raw-64                                  the number alone
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .errors import Conflict


class Layout(NamedTuple):
    """`bits` in all; `parity`: how many data bits each of the two parity bits covers, 0 where there are none."""

    bits: int
    facility: int
    number: int
    parity: int


LAYOUTS: Mapping[str, Layout] = {
    "wiegand-26": Layout(26, 8, 16, 12),
    "wiegand-34": Layout(34, 16, 16, 16),
    "wiegand-37": Layout(37, 16, 19, 18),
    "raw-32": Layout(32, 0, 32, 0),
    "raw-64": Layout(64, 0, 64, 0),
}


class CardNumber(NamedTuple):
    """What a panel gets to see. Whoever knows it can imitate the card: it stays out of logs and exports."""

    format: str
    facility: int
    number: int

    @property
    def id(self) -> str:
        """`wiegand-26:12:1001`: no other number has the same."""
        return f"{self.format}:{self.facility}:{self.number}"


@dataclass(frozen=True, slots=True)
class CardPool:
    """Numbers from `first` to `last` that the units of `site` are given."""

    id: str
    site: str
    format: str
    facility: int
    first: int
    last: int

    def overlaps(self, other: "CardPool") -> bool:
        """Whether a number could come from both."""
        same = (self.format, self.facility) == (other.format, other.facility)
        return same and self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Card:
    """A number that was given to an actor. It stays on record for ever: a number is never given twice."""

    number: CardNumber
    actor: str
    pool: str
    given_at: int
    withdrawn: bool = False


class Presented(NamedTuple):
    """What goes over a reader's line: `bits` of `data` (hex), the first bit leftmost, padded with zeros."""

    format: str
    bits: int
    data: str


class Given(NamedTuple):
    """The number that an actor is about to get, and its pool."""

    pool: str
    number: CardNumber


def read_written(text: str, pools: Iterable[CardPool]) -> list[CardNumber]:
    """What a number may mean as a panel writes it: our own id, `12:1001`, `12-1001`, `12/1001`, `12,1001` or `1001`.

    Without a facility code it may be that of any pool.
    """
    form, _, rest = text.strip().partition(":")
    known = form in LAYOUTS
    parts = re.split(r"[:,/ -]", rest if known else text.strip())
    if not 1 <= len(parts) <= 2 or any(not part.isascii() or not part.isdigit() or len(part) > 20 for part in parts):
        return []
    number, facility = int(parts[-1]), int(parts[0]) if len(parts) == 2 else None
    if known and facility is not None:
        return [CardNumber(form, facility, number)]
    fitting = [pool for pool in pools if facility in (None, pool.facility) and (not known or form == pool.format)]
    return list(dict.fromkeys(CardNumber(pool.format, pool.facility, number) for pool in fitting))


def next_number(pools: Iterable[CardPool], given: Mapping[str, Card], site: str) -> Given | None:
    """The first number of the site's pools that was never given; None where the site has no pool.

    Pools count in the order of their ids. Raises Conflict when all are exhausted.
    """
    of_site = sorted((pool for pool in pools if pool.site == site), key=lambda pool: pool.id)
    for pool in of_site:
        numbers = (CardNumber(pool.format, pool.facility, each) for each in range(pool.first, pool.last + 1))
        free = next((number for number in numbers if number.id not in given), None)
        if free is not None:
            return Given(pool.id, free)
    if not of_site:
        return None
    names = ", ".join(pool.id for pool in of_site)
    raise Conflict(
        "card_pool_exhausted",
        f"Every card number of {site} has been given ({names}).",
        "Extend the pool with `to:`, or declare another CardPool, and enrol again.",
    )


def presented(number: CardNumber) -> Presented:
    """The number as a reader presents it."""
    layout = LAYOUTS[number.format]
    data_bits = layout.facility + layout.number
    value = number.facility << layout.number | number.number
    if layout.parity:
        leading, trailing = value >> (data_bits - layout.parity), value & ((1 << layout.parity) - 1)
        even, odd = leading.bit_count() & 1, 1 - (trailing.bit_count() & 1)
        value = even << (data_bits + 1) | value << 1 | odd
    padding = -layout.bits % 8
    size = (layout.bits + padding) // 8
    return Presented(number.format, layout.bits, (value << padding).to_bytes(size, "big").hex())


def read_presented(bits: int, data: bytes) -> CardNumber | None:
    """The number in what a reader presented; None where no layout of that length fits, or a parity is wrong."""
    for name, layout in LAYOUTS.items():
        if layout.bits != bits or len(data) * 8 < bits:
            continue
        value = int.from_bytes(data, "big") >> (len(data) * 8 - bits)
        if layout.parity:
            value = (value >> 1) & ((1 << (layout.facility + layout.number)) - 1)
        number = CardNumber(name, value >> layout.number, value & ((1 << layout.number) - 1))
        if bytes.fromhex(presented(number).data) == data[: (bits + 7) // 8]:
            return number
    return None
