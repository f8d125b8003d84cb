import pytest

from nameplate.boot import robot
from nameplate.domain.errors import NotFound, Refused, Unavailable
from nameplate.domain.presence import Challenge, Place, key_handle, place_id, read_answer, read_proof
from nameplate.keys.p256 import P256Agreement
from nameplate.ports.agreement import UnitIdentity

PLACE = Place("clinic", "entrance", "r1")


def test_a_key_that_was_kept_answers_challenges(tmp_path):
    fresh = robot.fresh_key(tmp_path)
    fresh.bind(UnitIdentity("amr-17", "clinic", "T3-00417", key_handle(fresh.public)))
    half = P256Agreement().half()
    challenge = Challenge(half.public, bytes(16), place_id(PLACE))
    answer = read_answer(robot.answer(robot.load_key(tmp_path), PLACE, challenge.encode()))
    plain = half.agree(answer.ephemeral).open(challenge, answer)
    assert plain is not None
    proof = read_proof(plain)
    assert (proof.handle, proof.counter) == (key_handle(fresh.public), 1)
    with pytest.raises(Refused):
        robot.answer(robot.load_key(tmp_path), PLACE._replace(reader="r2"), challenge.encode())


def test_a_key_that_was_not_kept_is_not_there(tmp_path):
    robot.fresh_key(tmp_path)
    with pytest.raises(NotFound):
        robot.load_key(tmp_path)


def test_a_key_without_a_place_is_not_made(tmp_path):
    (tmp_path / "state").write_bytes(b"")
    with pytest.raises(Unavailable):
        robot.fresh_key(tmp_path / "state")
