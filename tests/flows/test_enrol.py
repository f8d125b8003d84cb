from typing import NamedTuple

import pytest

from nameplate.domain.actors import Actor, ActorType, BoundKey, Standing, State, Unit
from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused
from nameplate.domain.presence import enrolment_text, key_handle
from nameplate.flows.enrol import LIFETIME_US, Bound, Claim, Offered, Records, code_hash, offer, redeem
from nameplate.keys.p256 import FreshKey, P256Agreement

NOW = 1_700_000_000_000_000
CODE, OTHER_CODE = "A" * 26, "B" * 26
UNIT = Unit("Acme", "T3", "T3-00417")
AMR = Actor("amr-17", ActorType.ROBOT, "clinic", UNIT)
STOPPED = sorted(set(State) - {State.STAGED, State.ACTIVE})


class Offer(NamedTuple):
    actor: str
    expires_at: int


class Site:
    """One actor with one offer, as plain dictionaries."""

    def __init__(self) -> None:
        self.offers = {code_hash(CODE): Offer("amr-17", NOW + LIFETIME_US)}
        self.actors = {"amr-17": AMR}
        self.standings = {"amr-17": Standing()}
        self.keys: dict[str, BoundKey] = {}

    def redeem(self, claim: Claim, now: int = NOW) -> Bound:
        records = Records(self.offers.get, self.actors.get, self.standings.get, self.keys.get)
        return redeem(records, P256Agreement(), claim, now)


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def key(tmp_path):
    return FreshKey(tmp_path)


def claim(key, code=CODE, serial="T3-00417") -> Claim:
    return Claim(code, serial, key.public, key.sign(enrolment_text(code, serial, key.public)))


def refusal(act, *args) -> NameplateError:
    with pytest.raises(NameplateError) as caught:
        act(*args)
    assert CODE not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("state", [State.STAGED, State.ACTIVE])
def test_a_living_actor_is_offered_an_enrolment(state):
    assert offer(AMR, Standing(state), CODE, NOW) == Offered("amr-17", code_hash(CODE), NOW + LIFETIME_US)


@pytest.mark.parametrize("state", STOPPED)
def test_a_stopped_actor_is_offered_none(state):
    assert refusal(offer, AMR, Standing(state), CODE, NOW).code == "state"


def test_an_actor_without_a_unit_is_offered_none():
    bot = Actor("bot-1", ActorType.BOT, "clinic")
    assert refusal(offer, bot, Standing(), CODE, NOW).code == "no_unit"


@pytest.mark.parametrize("code", ["", "A" * 25, "A" * 65, "a" * 26, "A" * 25 + "1", "A" * 26 + "\n"])
def test_a_weak_code_is_not_offered(code):
    with pytest.raises(Invalid):
        offer(AMR, Standing(), code, NOW)


@pytest.mark.parametrize("state", [State.STAGED, State.ACTIVE])
def test_the_unit_redeems_its_code(site, key, state):
    site.standings["amr-17"] = Standing(state)
    expected = Bound("amr-17", key_handle(key.public), key.public, "Acme/T3/T3-00417")
    assert site.redeem(claim(key)) == expected


def test_a_code_is_good_until_just_before_it_expires(site, key):
    assert site.redeem(claim(key), NOW + LIFETIME_US - 1).actor == "amr-17"


def test_an_outsider_cannot_tell_an_unknown_from_a_used_or_an_expired_code(site, key):
    answers = [refusal(site.redeem, claim(key), NOW + LIFETIME_US), refusal(site.redeem, claim(key, OTHER_CODE))]
    answers += [refusal(site.redeem, claim(key, code)) for code in ("", "a" * 26, "A" * 1000, "\x00")]
    site.offers.clear()
    answers.append(refusal(site.redeem, claim(key)))
    assert {(type(each), each.code, str(each)) for each in answers} == {
        (Refused, "enrolment_code", "The code is unknown, used or expired. Ask for a new one.")
    }


def test_a_bad_code_hides_every_other_fault(site, key):
    site.standings["amr-17"] = Standing(State.RETIRED)
    bad = claim(key, OTHER_CODE)._replace(serial="?", public=b"", signature=b"")
    assert refusal(site.redeem, bad).code == "enrolment_code"


@pytest.mark.parametrize("state", STOPPED)
def test_a_unit_stopped_since_the_offer_binds_nothing(site, key, state):
    site.standings["amr-17"] = Standing(state)
    assert refusal(site.redeem, claim(key)).code == "state"


def test_an_actor_that_is_no_longer_declared_binds_nothing(site, key):
    site.actors.clear()
    assert isinstance(refusal(site.redeem, claim(key)), NotFound)


@pytest.mark.parametrize("serial", ["", "T3-00418", "t3-00417", "T3-00417 "])
def test_another_serial_number_is_refused(site, key, serial):
    assert refusal(site.redeem, claim(key, serial=serial)).code == "serial"


def test_an_actor_that_lost_its_unit_is_refused(site, key):
    site.actors["amr-17"] = Actor("amr-17", ActorType.ROBOT, "clinic")
    assert refusal(site.redeem, claim(key)).code == "serial"


def test_a_key_that_is_not_proven_is_refused(site, key, tmp_path):
    thief = FreshKey(tmp_path)
    for bad in (
        claim(key)._replace(public=thief.public),
        claim(key)._replace(signature=thief.sign(enrolment_text(CODE, "T3-00417", key.public))),
        claim(key)._replace(signature=key.sign(enrolment_text(OTHER_CODE, "T3-00417", key.public))),
        claim(key)._replace(signature=b""),
        claim(key)._replace(signature=bytes(64)),
    ):
        assert refusal(site.redeem, bad).code == "proof"


@pytest.mark.parametrize("public", [b"", bytes(33), b"\x02" + b"\xff" * 32])
def test_what_is_no_point_is_invalid(site, key, public):
    with pytest.raises(Invalid):
        site.redeem(claim(key)._replace(public=public))


@pytest.mark.parametrize("owner", ["amr-17", "amr-1"])
@pytest.mark.parametrize("revoked", [True, False])
def test_a_key_is_never_used_again(site, key, owner, revoked):
    handle = key_handle(key.public)
    site.keys[handle] = BoundKey(handle, key.public, owner, NOW, revoked=revoked)
    error = refusal(site.redeem, claim(key))
    assert (type(error), error.code) == (Conflict, "key_used")
    assert "never used again" in str(error)


def test_two_keys_never_share_a_handle(site, key, tmp_path):
    handle = key_handle(key.public)
    site.keys[handle] = BoundKey(handle, FreshKey(tmp_path).public, "amr-1", NOW)
    assert refusal(site.redeem, claim(key)).code == "handle_taken"
