"""Events to meanings, decisions to deeds."""

import osdp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.presence import ANSWER_SIZE
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.enforcement.osdp import mapping
from nameplate.enforcement.osdp.wire import VENDOR_CODE, AuthResponse, CardPresent

PERMIT = Verdict(permit=True, reason=Reason.GRANTED, reasons=())
DENY = Verdict(permit=False, reason=Reason.WINDOW, reasons=())


def reply(data: bytes, vendor: int = VENDOR_CODE):
    return {"event": osdp.Event.ManufacturerReply, "vendor_code": vendor, "data": data}


def status(kind: int, report: bytes):
    return {"event": osdp.Event.Status, "type": kind, "report": report}


def test_presence_messages_are_heard():
    assert mapping.hear(reply(b"\xe0\x01")) == CardPresent(1)
    assert mapping.hear(reply(b"\xe2\x00" + bytes(ANSWER_SIZE))) == AuthResponse(0, bytes(ANSWER_SIZE))


def test_a_malformed_message_is_heard_as_such_and_one_of_another_maker_not_at_all():
    assert mapping.hear(reply(b"\xe2\x01short")) == mapping.Malformed(1)
    assert mapping.hear(reply(b"\xe0\x01", vendor=1)) is None


def test_inputs_and_tamper_are_heard():
    open_leaf, button = (mapping.hear(status(osdp.StatusReportType.Input, each)) for each in (b"\x01\x00", b"\x00\x01"))
    assert isinstance(open_leaf, mapping.Inputs)
    assert isinstance(button, mapping.Inputs)
    assert (open_leaf.leaf_open, open_leaf.exit_button) == (True, False)
    assert (button.leaf_open, button.exit_button) == (False, True)
    assert mapping.hear(status(osdp.StatusReportType.Local, b"\x01\x00")) == mapping.Tamper(active=True)


def test_an_input_that_the_reader_does_not_tell_of_is_neither_on_nor_off():
    assert [mapping.Inputs(b"\x00\x00\x01").on(number) for number in (1, 2, 3)] == [False, True, None]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (8.0, 8.0),
        (8, 8.0),
        (400.0, 25.5),
        (0, 5.0),
        (-1, 5.0),
        (None, 5.0),
        ("8", 5.0),
        (True, 5.0),
        (float("inf"), 5.0),
        (float("nan"), 5.0),
    ],
)
def test_a_time_that_a_decision_asks_for_stays_within_what_a_door_can_do(value, seconds):
    assert mapping.seconds(value, 5.0, 25.5) == seconds


def test_a_release_is_taken_back_for_good():
    assert mapping.lock()["control_code"] == 1


def card(length, data, kind=osdp.CardFormat.Wiegand):
    return {"event": osdp.Event.CardRead, "reader_no": 1, "format": kind, "length": length, "data": data}


def test_a_card_is_heard_with_its_bits_and_a_text_with_its_characters():
    assert mapping.hear(card(26, b"abcd")) == mapping.BadgeRead(1, 26, b"abcd")
    assert mapping.hear(card(4, b"4711", osdp.CardFormat.ASCII)) == mapping.BadgeRead(1, 32, b"4711")


@pytest.mark.parametrize(("length", "data"), [(0, b""), (-1, b"a"), (33, b"abcd"), (9, b"a"), (26, b"")])
def test_a_card_that_is_shorter_than_it_says_is_none(length, data):
    assert mapping.hear(card(length, data)) is None


@given(st.integers(0, 9), st.integers(0, 5), st.binary(max_size=80))
def test_no_report_of_a_reader_is_ever_a_card_or_an_answer(event, kind, report):
    heard = mapping.hear({"event": event, "type": kind, "report": report, "vendor_code": 0, "data": report})
    assert heard is None or isinstance(heard, (mapping.Inputs, mapping.Tamper))


def decided(verdict=PERMIT, *, at=100, expires=200, actor="amr-17"):
    return Decision(verdict, "d", at, expires, actor)


def test_a_fresh_permit_meets_no_obstacle():
    assert mapping.obstacle(decided(), 150, {}, "ward") == ""


@pytest.mark.parametrize(
    ("decision", "now", "cut_offs", "reason"),
    [
        (decided(DENY), 150, {}, "window"),
        (decided(actor=""), 150, {}, "nameless"),
        (decided(), 200, {}, "expired"),
        (decided(), 150, {"amr-17": 100}, "stopped"),
        (decided(), 150, {"amr-17": 120}, "stopped"),
    ],
)
def test_what_keeps_the_door_shut(decision, now, cut_offs, reason):
    assert mapping.obstacle(decision, now, cut_offs, "ward") == reason


def test_a_permit_decided_after_the_cut_off_or_of_another_actor_is_honoured():
    assert mapping.obstacle(decided(), 150, {"amr-17": 99, "zone:ward": 99}, "ward") == ""
    assert mapping.obstacle(decided(), 150, {"amr-18": 150, "zone:hall": 150}, "ward") == ""


@given(
    st.booleans(),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(0, 400),
    st.sampled_from(["", "a"]),
    st.none() | st.integers(0, 400),
)
def test_no_obstacle_means_a_living_permit_of_a_known_actor(permit, at, expires, now, actor, cut_off):
    cut_offs = {} if cut_off is None else {"a": cut_off}
    decision = decided(PERMIT if permit else DENY, at=at, expires=expires, actor=actor)
    if mapping.obstacle(decision, now, cut_offs, "ward") == "":
        assert permit
        assert actor
        assert now < expires
        assert cut_off is None or at > cut_off


@pytest.mark.parametrize(("seconds", "units"), [(0.01, 1), (5.0, 50), (25.5, 255), (1000.0, 255)])
def test_a_strike_is_always_timed_and_fits_its_byte(seconds, units):
    command = mapping.strike(seconds)
    assert (command["control_code"], command["timer_count"], command["output_no"]) == (5, units, 0)


def test_light_and_sound_tell_permit_from_refusal():
    assert mapping.light(0, 1.0, permit=True) != mapping.light(0, 1.0, permit=False)
    assert mapping.sound(0, permit=True) != mapping.sound(0, permit=False)


def test_a_warning_is_amber_and_still_a_permit():
    amber = mapping.light(0, 1.0, permit=True, warned=True)
    assert (amber["on_color"], amber["off_color"]) == (osdp.CommandLEDColor.Amber,) * 2
    assert mapping.light(0, 1.0, permit=False, warned=True) == mapping.light(0, 1.0, permit=False)
    assert mapping.result(0, "", warned=True)["data"][2:] == b"\x01warned"
    assert mapping.result(0, "window", warned=True)["data"][2:] == b"\x00window"


def test_a_result_without_a_reason_is_a_permit():
    assert mapping.result(0, "")["data"][2] == 1
    assert mapping.result(0, "window")["data"][2] == 0
