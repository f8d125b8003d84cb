"""The fire alarm, alarms and badges, from the contact at the door to the command line."""

import pytest

from nameplate.entry.robot import Outcome
from tests.journeys.conftest import FAR_SIDE, LAB, PHARMACY

pytestmark = pytest.mark.timeout(110)


def alarms(hospital, name):
    listed = hospital.run("alarm", "list", "--all", "--json").json["items"]
    return [each for each in listed if each["name"] == name]


def test_while_the_fire_alarm_releases_a_door_robots_leave_and_do_not_enter(hospital):
    inside, outside = hospital.enrolled("amr-1"), hospital.enrolled("amr-2")
    assert hospital.come(inside, PHARMACY).permit
    hospital.pass_through("amr-1", PHARMACY, "L1-pharmacy")
    hospital.doors[LAB].fire(active=True)
    hospital.happened("fire", door=LAB)
    try:
        assert hospital.come(outside, PHARMACY) == Outcome(permit=False, reason="fire")
        assert hospital.come(inside, PHARMACY, FAR_SIDE).permit
        hospital.pass_through("amr-1", PHARMACY, "L1-corridor-north")
        hospital.doors[LAB].open()
        assert hospital.happened("door_forced", door=LAB)["detail"] == {"fire": True}
        hospital.doors[LAB].close()
        (fire,) = alarms(hospital, "fire")
        assert (fire["state"], fire["severity"], fire["site"]) == ("raised", "critical", "hospital")
    finally:
        hospital.doors[LAB].fire(active=False)
    hospital.happened("fire_cleared", door=LAB)
    assert hospital.come(outside, PHARMACY).permit
    assert alarms(hospital, "fire")[0]["state"] == "cleared"
    assert not alarms(hospital, "door_forced")


def test_a_forced_door_is_an_alarm_until_somebody_has_seen_it_and_it_is_closed(hospital):
    hospital.doors[LAB].open()
    hospital.until(lambda: alarms(hospital, "door_forced"), "the alarm is raised")
    (alarm,) = alarms(hospital, "door_forced")
    hospital.run("alarm", "acknowledge", alarm["id"], "--reason", "A delivery")
    assert alarms(hospital, "door_forced")[0]["state"] == "acknowledged"
    hospital.doors[LAB].close()
    hospital.until(lambda: alarms(hospital, "door_forced")[0]["state"] == "closed", "it is closed")


def test_a_badge_is_bound_by_the_hash_of_a_reading_and_then_known_by_name(hospital):
    hospital.run("apply", "-f", "-", stdin="{kind: Badge, id: guard-1, holder: pharmacy-ops, escort: true}")
    hospital.doors[PHARMACY].badge(26, b"\x8a\x13\xc0\x40")
    unknown = hospital.happened("badge", door=PHARMACY, reader="r1")
    hospital.run("badge", "bind", "guard-1", "--seen", unknown["number_hash"])
    hospital.doors[PHARMACY].badge(26, b"\x8a\x13\xc0\x40", reader_no=1)
    known = hospital.happened("badge", door=PHARMACY, reader="r2")
    assert known["badge"] == "guard-1"
    assert "8a13c0" not in repr(hospital.records()).lower()
