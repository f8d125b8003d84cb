"""Badges of people at our readers, which count beside a robot's own word. Of their numbers keyed hashes are kept."""

import hashlib
import hmac
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .errors import Invalid

MAX_BITS = 512
"""libosdp carries at most 64 bytes of a card."""
_NUMBER = re.compile(r"([1-9][0-9]{0,2}):([0-9A-Fa-f]{2,128})")


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge that counts for something. `holder`: the team whose people carry it.

    `escort`: whoever shows it accompanies a robot. `custody`: it can be the second of two that must agree.
    """

    id: str
    holder: str
    escort: bool = False
    custody: bool = False


class CardRead(NamedTuple):
    """What a reader read off a card: `bits` of `data`, the first bit leftmost, padded with zeros to whole bytes."""

    bits: int
    data: bytes


def card_read(bits: int, data: bytes) -> CardRead:
    """The same card gives the same value, whatever stands in the padding. Raises Invalid for what no card can be."""
    size = (bits + 7) // 8
    if not 0 < bits <= MAX_BITS or len(data) < size:
        raise Invalid("card", f"A card has 1 to {MAX_BITS} bits, and as much data.")
    number = int.from_bytes(data[:size], "big")
    return CardRead(bits, (number >> -bits % 8 << -bits % 8).to_bytes(size, "big"))


def parse_card(text: str) -> CardRead:
    """`26:8a13c040`: how many bits, and the bits in hex, as a reader sends them. Raises Invalid without quoting it."""
    matched = _NUMBER.fullmatch(text.strip())
    if matched is None or len(matched[2]) % 2:
        raise Invalid(
            "card",
            "That is no card number.",
            "Write BITS:HEX as the reader sends it: three digits at most, then whole bytes.",
        )
    return card_read(int(matched[1]), bytes.fromhex(matched[2]))


def number_hash(key: bytes, card: CardRead) -> str:
    """HMAC-SHA-256 (RFC 2104) over length and bits, hex. Card numbers are few: without a key each could be guessed."""
    return hmac.new(key, card.bits.to_bytes(2, "big") + card.data, hashlib.sha256).hexdigest()


def numbered(numbers: dict[str, str], badges: Container[str], record: Mapping[str, Any]) -> list[str]:
    """A badge got a number, or lost it: one number is one badge's. Returns the hashes that changed."""
    badge, hashed = str(record["badge"]), str(record.get("number_hash", ""))
    if not hashed:
        return withdraw(numbers, badge)
    if badge not in badges or numbers.get(hashed, badge) != badge:
        return []
    former, numbers[hashed] = withdraw(numbers, badge), badge
    return [*former, hashed]


def withdraw(numbers: dict[str, str], badge: str) -> list[str]:
    """The numbers of a badge are nobody's any more. Returns the hashes that changed."""
    gone = [hashed for hashed, holder in numbers.items() if holder == badge]
    for hashed in gone:
        del numbers[hashed]
    return gone
