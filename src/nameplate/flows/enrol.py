"""Bind a unit's key to its actor: offer -> redeem. Values in, values out; the caller records what comes back.

A code is looked up by its SHA-256 and never kept. It has at least 128 random bits, so neither the hash nor the time
that a look-up takes gives anything away.
"""

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from nameplate.domain.actors import Actor, BoundKey, Standing, State
from nameplate.domain.cards import Given
from nameplate.domain.errors import Conflict, Invalid, NotFound, Refused
from nameplate.domain.presence import enrolment_text, key_handle
from nameplate.ports.agreement import Agreement

LIFETIME_US = 15 * 60 * 1_000_000
"""How long a code can be redeemed."""

_CODE = re.compile(r"[A-Z2-7]{26,64}\Z")
_ABLE = frozenset({State.STAGED, State.ACTIVE})


class Offered(NamedTuple):
    """A code that was handed out. `expires_at`: microseconds since the epoch, UTC; from then on it is void."""

    actor: str
    code_hash: str
    expires_at: int


class Bound(NamedTuple):
    """A key that now belongs to an actor. It replaces any earlier one. `unit`: `Acme/T3/T3-00417`.

    `card`: the card number that comes with it, if the actor has none yet and its site has a pool.
    """

    actor: str
    handle: str
    public: bytes
    unit: str
    card: Given | None = None


class Claim(NamedTuple):
    """What a unit sends. `public`: compressed point; `signature` over `presence.enrolment_text`, r || s."""

    code: str
    serial: str
    public: bytes
    signature: bytes


class Pending(Protocol):
    """An offer on record that nobody has redeemed."""

    @property
    def actor(self) -> str:
        """For whom it was made."""
        ...

    @property
    def expires_at(self) -> int:
        """Microseconds since the epoch, UTC."""
        ...


def _no_card(_actor: Actor) -> None:
    """No pool, no number."""


class Records(NamedTuple):
    """What is on record. `offer` is asked by code hash, `key` by handle: every key that was ever bound.

    `next_card`: the card number that an actor would get now; see `cards.next_number`.
    """

    offer: Callable[[str], Pending | None]
    actor: Callable[[str], Actor | None]
    standing: Callable[[str], Standing | None]
    key: Callable[[str], BoundKey | None]
    next_card: Callable[[Actor], Given | None] = _no_card


def offer(actor: Actor, standing: Standing, code: str, now: int) -> Offered:
    """Let `actor` enrol a key with `code` (26 to 64 random base32 letters). Raises Refused, or Invalid for the code."""
    if not _CODE.match(code):
        raise Invalid("enrolment_code", "A code has 26 to 64 base32 letters.", "Take them from a random source.")
    if actor.unit is None:
        raise Refused("no_unit", f"{actor.id} has no unit: no key can be bound.", "Declare its unit and apply it.")
    _require_able(actor, standing)
    return Offered(actor.id, code_hash(code), now + LIFETIME_US)


def redeem(records: Records, agreement: Agreement, claim: Claim, now: int) -> Bound:
    """Bind the key of `claim`.

    An unknown, a used and an expired code get one and the same Refused. Who holds a good code learns more: Refused
    for a stopped actor, another serial number or a proof that does not verify, Invalid for a bad point, and
    Conflict for a key that was ever bound before, to anybody, and where no card number is left.
    """
    actor, standing = _offered_to(records, claim.code, now)
    _require_able(actor, standing)
    if actor.unit is None or actor.unit.serial != claim.serial:
        raise Refused("serial", "The serial number is not that of this actor's unit.", "Enrol the declared unit.")
    text = enrolment_text(claim.code, claim.serial, claim.public)
    if not agreement.verify(claim.public, text, claim.signature):
        raise Refused("proof", "The signature does not prove the key.", "Sign the enrolment text with that key.")
    handle, card = _unused_handle(records, claim.public), records.next_card(actor)
    return Bound(actor.id, handle, claim.public, str(actor.unit), card)


def code_hash(code: str) -> str:
    """How a code is kept: SHA-256 as 64 hex digits."""
    return hashlib.sha256(code.encode()).hexdigest()


def _offered_to(records: Records, code: str, now: int) -> tuple[Actor, Standing]:
    pending = records.offer(code_hash(code)) if _CODE.match(code) else None
    if pending is None or now >= pending.expires_at:
        raise Refused("enrolment_code", "The code is unknown, used or expired.", "Ask for a new one.")
    actor, standing = records.actor(pending.actor), records.standing(pending.actor)
    if actor is None or standing is None:
        raise NotFound("unknown_actor", "The actor of this code is no longer declared.", "Declare it and apply it.")
    return actor, standing


def _require_able(actor: Actor, standing: Standing) -> None:
    if standing.state not in _ABLE:
        raise Refused("state", f"{actor.id} is {standing.state}: it cannot enrol a key.", "Activate it first.")


def _unused_handle(records: Records, public: bytes) -> str:
    handle = key_handle(public)
    known = records.key(handle)
    if known is None:
        return handle
    if known.public == public:
        raise Conflict("key_used", f"Key {handle} was bound before: a key is never used again.", "Make a new key.")
    raise Conflict("handle_taken", f"Another key has the handle {handle}.", "Make a new key.")
