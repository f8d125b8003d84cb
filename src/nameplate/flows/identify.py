"""Who stands at this reader? Challenges go out, answers come back, and each is believed at most once.

Identified does not mean permitted: state, cut-off and contract are the decision's business.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from nameplate.domain.actors import BoundKey, Standing
from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.identities import Identified, Unproven
from nameplate.domain.places import Door
from nameplate.domain.presence import (
    LIFETIME_S,
    Answer,
    Challenge,
    Place,
    Proof,
    place_id,
    read_answer,
    read_proof,
    transcript,
)
from nameplate.domain.verdicts import Reason
from nameplate.ports.agreement import Agreement, Channel, Half

MAX_OPEN = 4096
"""Open challenges kept, one a reader; beyond it the oldest is dropped."""

MAX_SEEN = 16_384
"""Robot ephemerals remembered. They only make the reason finer: what stops a replay is that a challenge dies."""

SEARCH_GAP_S = 0.05
"""Least time between two searches for the place that an answer was really made for: garbage must stay cheap."""


class Records(NamedTuple):
    """What is on record, read at the moment of asking."""

    door: Callable[[str], Door | None]
    doors: Callable[[], Iterable[Door]]
    key: Callable[[str], BoundKey | None]
    standing: Callable[[str], Standing | None]


class _Open(NamedTuple):
    place: Place
    half: Half
    challenge: Challenge
    since: float


class Presentations:
    """The exchanges at all readers. Not thread-safe: owned by one event loop."""

    def __init__(self, agreement: Agreement, records: Records, monotonic: Callable[[], float]) -> None:
        self._agreement, self._records, self._monotonic = agreement, records, monotonic
        self._open: dict[tuple[str, str], _Open] = {}
        self._seen: dict[bytes, None] = {}
        self._highest: dict[str, int] = {}
        self._searched = float("-inf")

    def challenge(self, door: str, reader: str) -> bytes:
        """A fresh challenge (58 bytes); any earlier one at this reader ends. Raises NotFound for unknown readers."""
        place = self._place(door, reader)
        half = self._agreement.half()
        challenge = Challenge(half.public, self._agreement.nonce(), place_id(place))
        self._open.pop((door, reader), None)
        _bound(self._open, MAX_OPEN)
        self._open[door, reader] = _Open(place, half, challenge, self._monotonic())
        return challenge.encode()

    def identify(self, door: str, reader: str, data: bytes) -> Identified | Unproven:
        """Judge what came back through a reader. Whatever it is, it uses up the open challenge there."""
        opened = self._open.pop((door, reader), None)
        try:
            return self._judge(opened, read_answer(data))
        except Invalid as error:
            return Unproven(Reason.MALFORMED, detail=error.message)

    def _place(self, door_id: str, reader_id: str) -> Place:
        door = self._records.door(door_id)
        if door is None or door.reader(reader_id) is None:
            raise NotFound("unknown_reader", f"No reader {reader_id} at door {door_id}.", "Declare it, then apply.")
        return Place(door.site, door_id, reader_id)

    def _judge(self, opened: _Open | None, answer: Answer) -> Identified | Unproven:
        if self._seen_before(answer.ephemeral):
            return Unproven(Reason.REPLAYED, detail="This answer, or its ephemeral key, was used before.")
        if opened is None:
            return Unproven(Reason.NO_CHALLENGE, detail="No challenge is open at this reader.")
        if self._monotonic() - opened.since > LIFETIME_S:
            return Unproven(Reason.LATE, detail=f"A challenge lives {LIFETIME_S:g} s.")
        channel = opened.half.agree(answer.ephemeral)
        sealed_for, plain = opened.place, channel.open(opened.challenge, answer)
        if plain is None:
            sealed_for, plain = self._elsewhere(opened, channel, answer)
        if plain is None:
            return Unproven(Reason.MALFORMED, detail="It does not open under the challenge of this reader.")
        return self._examine(opened, answer, sealed_for, read_proof(plain))

    def _examine(self, opened: _Open, answer: Answer, sealed_for: Place, proof: Proof) -> Identified | Unproven:
        key = self._records.key(proof.handle)
        if key is None:
            return Unproven(Reason.UNKNOWN_KEY, detail=f"No key {proof.handle} is on record.")
        signed = self._signed_place(opened, proof)
        if signed is None:
            return Unproven(Reason.WRONG_KEY, detail=f"Made for a place that is not on record, as key {key.handle}.")
        text = transcript(signed, opened.challenge, answer.ephemeral, key.actor, proof.counter)
        if not self._agreement.verify(key.public, text, proof.signature):
            return Unproven(Reason.WRONG_KEY, detail=f"The signature is not that of key {key.handle}.")
        for place in (signed, sealed_for):
            if place != opened.place:
                return Unproven(Reason.RELAYED, key.actor, f"Made for {'/'.join(place)}.")
        return self._accept(key, proof.counter)

    def _accept(self, key: BoundKey, counter: int) -> Identified | Unproven:
        if key.revoked:
            return Unproven(Reason.CREDENTIAL, key.actor, f"Key {key.handle} is revoked.")
        highest = self._highest_counter(key)
        if counter <= highest:
            return Unproven(Reason.CLONED_KEY, key.actor, f"Counter {counter} is not above {highest}.")
        # Kept here as well as in the registry, which learns of it only with the record: two copies of one key that
        # present themselves at the same time must not both pass.
        self._highest[key.handle] = counter
        return Identified(key.actor, key.handle, counter, key.bound_at)

    def _highest_counter(self, key: BoundKey) -> int:
        standing = self._records.standing(key.actor)
        recorded = standing.counter if standing is not None and standing.key == key.handle else 0
        return max(recorded, self._highest.get(key.handle, 0))

    def _elsewhere(self, opened: _Open, channel: Channel, answer: Answer) -> tuple[Place, bytes | None]:
        """The proof and its place, if somebody wrote the name of another of our places into this challenge."""
        now = self._monotonic()
        if now - self._searched < SEARCH_GAP_S:
            return opened.place, None
        self._searched = now
        for place in self._places():
            plain = channel.open(opened.challenge._replace(place=place_id(place)), answer)
            if plain is not None:
                return place, plain
        return opened.place, None

    def _signed_place(self, opened: _Open, proof: Proof) -> Place | None:
        if proof.place == opened.challenge.place:
            return opened.place
        return next((place for place in self._places() if place_id(place) == proof.place), None)

    def _places(self) -> Iterator[Place]:
        for door in self._records.doors():
            for reader in door.readers:
                yield Place(door.site, door.id, reader.id)

    def _seen_before(self, ephemeral: bytes) -> bool:
        if ephemeral in self._seen:
            return True
        _bound(self._seen, MAX_SEEN)
        self._seen[ephemeral] = None
        return False


def _bound(kept: dict[Any, Any], limit: int) -> None:
    """Make room for one more: the oldest goes."""
    if len(kept) >= limit:
        del kept[next(iter(kept))]
