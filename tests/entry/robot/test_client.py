import pytest

from nameplate.domain.errors import Invalid, NotFound, Refused
from nameplate.domain.presence import Place
from nameplate.entry.robot import Outcome, Robot

HERE, THERE = Place("clinic", "entrance", "r1"), Place("clinic", "store", "r2")


def test_a_robot_proves_itself_at_a_reader(site):
    with site.reader(HERE):
        for _ in range(2):
            assert site.robot.present(site.path("entrance-r1"), HERE) == Outcome(permit=True, reason="granted")


def test_a_loaded_robot_is_the_one_that_was_enrolled(site):
    robot = Robot.load(site.state)
    assert robot.identity == site.robot.identity
    with site.reader(HERE):
        assert robot.present(site.path("entrance-r1"), HERE).permit


def test_a_robot_whose_key_is_not_on_record_is_refused(site, tmp_path):
    stranger = site.enrolled(tmp_path / "stranger")
    site.forget(stranger)
    with site.reader(HERE):
        assert stranger.present(site.path("entrance-r1"), HERE) == Outcome(permit=False, reason="unknown_key")


def test_a_robot_does_not_answer_a_challenge_from_another_reader(site):
    with site.reader(HERE), pytest.raises(Refused, match="another place"):
        site.robot.present(site.path("entrance-r1"), THERE)


def test_an_answer_can_be_carried_by_other_means_than_the_air_interface(site):
    answer = site.robot.answer(site.presentations.challenge("entrance", "r1"), HERE)
    assert site.presentations.identify("entrance", "r1", answer).actor == "amr-17"


def test_what_is_no_challenge_is_not_answered(site):
    with pytest.raises(Invalid):
        site.robot.answer(b"open, please", HERE)


def test_a_folder_without_a_unit_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="Enrol"):
        Robot.load(tmp_path)
