import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.domain.actors import BoundKey, Standing
from nameplate.domain.errors import NotFound, Refused
from nameplate.domain.identities import Identified, Unproven
from nameplate.domain.places import Door, Reader
from nameplate.domain.presence import (
    ANSWER_SIZE,
    LIFETIME_S,
    MAX_COUNTER,
    Answer,
    Place,
    Proof,
    key_handle,
    place_id,
    read_answer,
    read_challenge,
    transcript,
)
from nameplate.domain.verdicts import Reason
from nameplate.flows import identify
from nameplate.flows.identify import Presentations, Records
from nameplate.flows.prove import prove
from nameplate.keys.p256 import P256Agreement
from nameplate.keys.p256.points import CURVE, encode_point, sign
from nameplate.ports.agreement import UnitIdentity

AGREEMENT = P256Agreement()
READERS = (Reader("r1", "corridor"), Reader("r2", "pharmacy"))
HERE, THERE = Place("clinic", "entrance", "r1"), Place("clinic", "store", "r2")
BOUND_AT = 1_700_000_000_000_000


class Unit:
    """A unit with its key in memory, as a secure element would hold it."""

    def __init__(self, actor: str = "amr-17") -> None:
        self._private = ec.generate_private_key(CURVE)
        self.public = encode_point(self._private.public_key())
        self.identity = UnitIdentity(actor, "clinic", "T3-00417", key_handle(self.public))
        self.counter = 0

    def sign(self, message: bytes) -> bytes:
        return sign(self._private, message)

    def next_counter(self) -> int:
        self.counter += 1
        return self.counter

    def bound(self, *, revoked: bool = False) -> BoundKey:
        return BoundKey(self.identity.key_handle, self.public, self.identity.actor, BOUND_AT, revoked=revoked)


class Site:
    """A site with two doors of two readers, one enrolled unit and a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.doors = {name: Door(name, "clinic", ("corridor", "pharmacy"), READERS) for name in ("entrance", "store")}
        self.unit = Unit()
        self.keys = {self.unit.identity.key_handle: self.unit.bound()}
        self.standings: dict[str, Standing] = {}
        self.presentations = self.started()

    def started(self) -> Presentations:
        records = Records(self.doors.get, self.doors.values, self.keys.get, self.standings.get)
        return Presentations(AGREEMENT, records, lambda: self.now)

    def challenge(self, place: Place = HERE) -> bytes:
        return self.presentations.challenge(place.door, place.reader)

    def identify(self, answer: bytes, place: Place = HERE) -> Identified | Unproven:
        return self.presentations.identify(place.door, place.reader, answer)

    def answered(self, place: Place = HERE) -> bytes:
        return prove(AGREEMENT, self.unit, place, self.challenge(place))


def forged(challenge: bytes, proof: Proof) -> bytes:
    """What anybody can do who speaks the protocol: seal any proof for a challenge."""
    read, half = read_challenge(challenge), AGREEMENT.half()
    return Answer(half.public, half.agree(read.ephemeral).seal(read, half.public, proof.encode())).encode()


def signed(challenge: bytes, unit: Unit, place: Place, counter: int = 1, claimed: bytes | None = None) -> bytes:
    """The answer of a unit that signs for `place`, whatever the challenge names. `claimed`: place id in the proof."""
    read, half = read_challenge(challenge), AGREEMENT.half()
    signature = unit.sign(transcript(place, read, half.public, unit.identity.actor, counter))
    proof = Proof(unit.identity.key_handle, claimed or place_id(place), counter, signature)
    return Answer(half.public, half.agree(read.ephemeral).seal(read, half.public, proof.encode())).encode()


@pytest.fixture
def site():
    return Site()


def test_a_unit_that_answers_its_challenge_is_identified(site):
    handle = site.unit.identity.key_handle
    assert site.identify(site.answered()) == Identified("amr-17", handle, 1, BOUND_AT)
    assert site.identify(site.answered()) == Identified("amr-17", handle, 2, BOUND_AT)


def test_readers_do_not_disturb_one_another(site):
    first, second = site.answered(HERE), site.answered(THERE)
    assert isinstance(site.identify(first, HERE), Identified)
    assert isinstance(site.identify(second, THERE), Identified)


@pytest.mark.parametrize(("door", "reader"), [("entrance", "r3"), ("exit", "r1"), ("", "")])
def test_an_unknown_reader_gets_no_challenge(site, door, reader):
    with pytest.raises(NotFound):
        site.presentations.challenge(door, reader)


@pytest.mark.parametrize("answer", [b"", b"\x01", bytes(ANSWER_SIZE), b"\x02" * ANSWER_SIZE, b"\x01" * 127])
def test_another_size_or_version_is_malformed(site, answer):
    site.challenge()
    assert site.identify(answer).reason is Reason.MALFORMED


@pytest.mark.parametrize("point", [bytes(33), b"\x02" + b"\xff" * 32, b"\x05" + b"\x01" * 32])
def test_an_ephemeral_that_is_no_point_is_malformed(site, point):
    answer = read_answer(site.answered())
    assert site.identify(answer._replace(ephemeral=point).encode()).reason is Reason.MALFORMED


def test_what_does_not_open_is_malformed(site):
    answer = read_answer(site.answered())
    assert site.identify(answer._replace(sealed=bytes(92)).encode()).reason is Reason.MALFORMED


def test_an_answer_to_the_challenge_before_is_malformed(site):
    earlier = site.answered()
    site.challenge()
    assert site.identify(earlier).reason is Reason.MALFORMED


def test_without_a_challenge_nobody_is_identified(site):
    answer = site.answered(HERE)
    assert site.identify(answer, THERE).reason is Reason.NO_CHALLENGE


@pytest.mark.parametrize("first", [b"", b"\x01" * ANSWER_SIZE])
def test_the_first_answer_uses_the_challenge_up_whatever_it_is(site, first):
    answer = site.answered()
    site.identify(first)
    assert site.identify(answer).reason is Reason.NO_CHALLENGE


def test_a_challenge_is_good_until_its_last_instant(site):
    answer = site.answered()
    site.now += LIFETIME_S
    assert isinstance(site.identify(answer), Identified)


def test_an_answer_after_that_is_late_and_the_challenge_is_dead(site):
    challenge = site.challenge()
    first, second = (prove(AGREEMENT, site.unit, HERE, challenge) for _ in range(2))
    site.now += LIFETIME_S + 0.001
    assert site.identify(first).reason is Reason.LATE
    site.now -= LIFETIME_S
    assert site.identify(second).reason is Reason.NO_CHALLENGE


def test_the_same_answer_twice_is_replayed(site):
    answer = site.answered()
    site.identify(answer)
    assert site.identify(answer).reason is Reason.REPLAYED
    site.challenge()
    assert site.identify(answer).reason is Reason.REPLAYED


def test_an_ephemeral_key_that_was_seen_before_is_replayed(site):
    answer = read_answer(site.answered())
    site.identify(answer.encode())
    site.challenge(THERE)
    assert site.identify(answer._replace(sealed=bytes(92)).encode(), THERE).reason is Reason.REPLAYED


def test_a_replay_beyond_the_memory_is_still_not_identified(site, monkeypatch):
    monkeypatch.setattr(identify, "MAX_SEEN", 2)
    old = site.answered()
    for answer in [old, *(site.answered() for _ in range(2))]:
        site.identify(answer)
    site.challenge()
    assert site.identify(old).reason is Reason.MALFORMED


def test_a_key_that_is_not_on_record_is_unknown(site):
    answer = prove(AGREEMENT, Unit("amr-99"), HERE, site.challenge())
    found = site.identify(answer)
    assert (found.reason, found.actor) == (Reason.UNKNOWN_KEY, "")


def test_another_key_under_the_handle_of_a_unit_is_wrong(site):
    thief = Unit()
    thief.identity = site.unit.identity
    found = site.identify(prove(AGREEMENT, thief, HERE, site.challenge()))
    assert (found.reason, found.actor) == (Reason.WRONG_KEY, "")


def test_a_unit_cannot_speak_for_another_actor(site):
    site.unit.identity = site.unit.identity._replace(actor="amr-1")
    assert site.identify(site.answered()).reason is Reason.WRONG_KEY


def test_a_careless_unit_that_answers_from_another_place_is_relayed(site):
    found = site.identify(signed(site.challenge(HERE), site.unit, THERE))
    assert found == Unproven(Reason.RELAYED, "amr-17", "Made for clinic/store/r2.")


def test_a_challenge_with_the_place_rewritten_for_a_careful_unit_is_relayed(site):
    rewritten = read_challenge(site.challenge(HERE))._replace(place=place_id(THERE)).encode()
    found = site.identify(prove(AGREEMENT, site.unit, THERE, rewritten))
    assert found == Unproven(Reason.RELAYED, "amr-17", "Made for clinic/store/r2.")


def test_a_rewritten_challenge_never_identifies_even_if_the_unit_signs_for_the_right_place(site):
    rewritten = read_challenge(site.challenge(HERE))._replace(place=place_id(THERE)).encode()
    found = site.identify(signed(rewritten, site.unit, HERE))
    assert found == Unproven(Reason.RELAYED, "amr-17", "Made for clinic/store/r2.")


def test_a_relay_is_not_blamed_on_a_unit_that_did_not_sign(site):
    thief = Unit()
    thief.identity = site.unit.identity
    found = site.identify(signed(site.challenge(HERE), thief, THERE))
    assert (found.reason, found.actor) == (Reason.WRONG_KEY, "")


def test_a_place_that_is_not_on_record_proves_nothing(site):
    elsewhere = Place("airport", "gate", "r1")
    found = site.identify(signed(site.challenge(), site.unit, elsewhere))
    assert (found.reason, found.actor) == (Reason.WRONG_KEY, "")


def test_a_signature_for_here_under_the_name_of_there_is_wrong(site):
    found = site.identify(signed(site.challenge(), site.unit, HERE, claimed=place_id(THERE)))
    assert found.reason is Reason.WRONG_KEY


def test_the_search_for_a_relay_is_rationed(site):
    def relayed():
        rewritten = read_challenge(site.challenge(HERE))._replace(place=place_id(THERE)).encode()
        return site.identify(prove(AGREEMENT, site.unit, THERE, rewritten)).reason

    assert [relayed(), relayed()] == [Reason.RELAYED, Reason.MALFORMED]
    site.now += 2 * identify.SEARCH_GAP_S
    assert relayed() is Reason.RELAYED


def test_a_copy_of_a_key_is_found_by_its_counter(site):
    copy = Unit()
    copy.__dict__.update(site.unit.__dict__)
    site.identify(site.answered())
    found = site.identify(prove(AGREEMENT, copy, HERE, site.challenge()))
    assert found == Unproven(Reason.CLONED_KEY, "amr-17", "Counter 1 is not above 1.")


def test_two_copies_at_two_doors_at_once_do_not_both_pass(site):
    """The registry learns of a counter only with the record of the decision: that is too late."""
    copy = Unit()
    copy.__dict__.update(site.unit.__dict__)
    original = site.answered(HERE)
    copied = prove(AGREEMENT, copy, THERE, site.challenge(THERE))
    assert isinstance(site.identify(original, HERE), Identified)
    assert site.identify(copied, THERE).reason is Reason.CLONED_KEY


@pytest.mark.parametrize(("recorded", "identified"), [(4, True), (5, False), (6, False)])
def test_the_counter_on_record_holds_after_a_restart(site, recorded, identified):
    site.standings["amr-17"] = Standing(key=site.unit.identity.key_handle, counter=recorded)
    site.unit.counter = 4
    found = site.identify(site.answered())
    assert found.counter == 5 if identified else found.reason is Reason.CLONED_KEY


def test_the_counter_of_an_earlier_key_does_not_count(site):
    site.standings["amr-17"] = Standing(key="0" * 16, counter=100)
    assert isinstance(site.identify(site.answered()), Identified)


def test_a_refused_answer_does_not_raise_the_counter(site):
    site.identify(signed(site.challenge(), site.unit, THERE, counter=MAX_COUNTER))
    assert isinstance(site.identify(site.answered()), Identified)


def test_a_revoked_key_is_no_credential(site):
    site.keys[site.unit.identity.key_handle] = site.unit.bound(revoked=True)
    found = site.identify(site.answered())
    assert (found.reason, found.actor) == (Reason.CREDENTIAL, "amr-17")


def test_a_restart_ends_every_challenge(site):
    answer = site.answered()
    site.presentations = site.started()
    assert site.identify(answer).reason is Reason.NO_CHALLENGE


def test_the_number_of_open_challenges_is_bounded(site, monkeypatch):
    monkeypatch.setattr(identify, "MAX_OPEN", 1)
    dropped, kept = site.answered(HERE), site.answered(THERE)
    assert site.identify(dropped, HERE).reason is Reason.NO_CHALLENGE
    assert isinstance(site.identify(kept, THERE), Identified)


def test_the_robot_does_not_answer_a_challenge_from_elsewhere(site):
    with pytest.raises(Refused):
        prove(AGREEMENT, site.unit, THERE, site.challenge(HERE))


SHARED = Site()


@settings(max_examples=200)
@given(st.integers(0, ANSWER_SIZE - 1), st.integers(1, 255))
def test_an_answer_with_any_byte_changed_never_identifies(position, change):
    answer = bytearray(SHARED.answered())
    answer[position] ^= change
    assert isinstance(SHARED.identify(bytes(answer)), Unproven)


@settings(max_examples=200)
@given(st.binary(max_size=2 * ANSWER_SIZE))
def test_any_bytes_never_identify(data):
    SHARED.challenge()
    assert isinstance(SHARED.identify(data), Unproven)


@settings(max_examples=100)
@given(
    st.sampled_from([bytes(8), place_id(HERE), place_id(THERE)]),
    st.integers(0, MAX_COUNTER),
    st.one_of(st.just(bytes(64)), st.binary(min_size=64, max_size=64)),
)
def test_a_proof_without_the_key_never_identifies(place, counter, signature):
    proof = Proof(SHARED.unit.identity.key_handle, place, counter, signature)
    found = SHARED.identify(forged(SHARED.challenge(), proof))
    assert isinstance(found, Unproven)
    assert (found.reason, found.actor) == (Reason.WRONG_KEY, "")
