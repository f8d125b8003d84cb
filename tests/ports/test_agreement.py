"""What every implementation of the port must do."""

import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.presence import Answer, Challenge
from nameplate.keys.p256 import FreshKey, P256Agreement

PROOF = bytes(range(84))


@pytest.fixture(params=[P256Agreement])
def agreement(request):
    return request.param()


def exchange(agreement):
    site, robot = agreement.half(), agreement.half()
    challenge = Challenge(site.public, agreement.nonce(), b"place--A")
    sealed = robot.agree(site.public).seal(challenge, robot.public, PROOF)
    return site, challenge, Answer(robot.public, sealed)


def test_what_the_robot_seals_the_site_opens(agreement):
    site, challenge, answer = exchange(agreement)
    assert site.agree(answer.ephemeral).open(challenge, answer) == PROOF


def test_another_half_of_the_site_opens_nothing(agreement):
    _, challenge, answer = exchange(agreement)
    assert agreement.half().agree(answer.ephemeral).open(challenge, answer) is None


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": bytes(16)},
        {"place": b"place--B"},
        {"ephemeral": b"\x02" + bytes(32)},
    ],
)
def test_another_challenge_opens_nothing(agreement, change):
    site, challenge, answer = exchange(agreement)
    assert site.agree(answer.ephemeral).open(challenge._replace(**change), answer) is None


@pytest.mark.parametrize("position", [0, 8, 16, 20, 83, 84, 91])
def test_a_changed_byte_opens_nothing(agreement, position):
    site, challenge, answer = exchange(agreement)
    sealed = bytearray(answer.sealed)
    sealed[position] ^= 1
    assert site.agree(answer.ephemeral).open(challenge, answer._replace(sealed=bytes(sealed))) is None


def test_halves_and_nonces_are_fresh(agreement):
    assert agreement.half().public != agreement.half().public
    assert agreement.nonce() != agreement.nonce()
    assert (len(agreement.half().public), len(agreement.nonce())) == (33, 16)


@pytest.mark.parametrize("point", [b"", bytes(33), b"\x02" + b"\xff" * 32, b"\x04" + bytes(64), b"\x02" + bytes(31)])
def test_what_is_no_point_is_invalid(agreement, point):
    with pytest.raises(Invalid):
        agreement.half().agree(point)
    with pytest.raises(Invalid):
        agreement.verify(point, b"message", bytes(64))


def test_a_signature_verifies_for_its_key_and_message_alone(agreement, tmp_path):
    key, other = FreshKey(tmp_path), FreshKey(tmp_path)
    signature = key.sign(b"message")
    assert agreement.verify(key.public, b"message", signature)
    assert not agreement.verify(key.public, b"another", signature)
    assert not agreement.verify(other.public, b"message", signature)
