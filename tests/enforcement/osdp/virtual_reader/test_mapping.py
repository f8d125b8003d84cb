import osdp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.cards import CardNumber, presented
from nameplate.domain.points import PanelPort
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.enforcement.osdp.virtual_reader.mapping import (
    CardBits,
    Signals,
    card_of,
    card_read,
    may_try,
    verdict_of,
)

CARD = presented(CardNumber("wiegand-26", 12, 1001))._asdict()
LED = {"command": osdp.Command.LED, "reader": 0, "led_number": 0, "on_count": 1, "off_count": 0, "off_color": 0}


def decision(card, *, permit=True):
    verdict = Verdict(permit, Reason.GRANTED, ())
    return Decision(verdict, "d", 0, 1, "amr", {} if card is None else {"card": card})


def lasting(colour, number=0):
    return LED | {"temporary": False, "control_code": 1, "on_color": colour, "led_number": number}


def for_a_while(colour, control_code=2):
    return LED | {"temporary": True, "control_code": control_code, "on_color": colour, "timer_count": 20}


def test_a_permit_brings_a_card_and_a_refusal_none():
    assert card_of(decision(CARD)) == CardBits(wiegand=True, bits=26, data=bytes.fromhex("0601f480"))
    assert card_of(decision(CARD, permit=False)) is None
    assert card_of(decision(None)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "0601f480",
        {},
        CARD | {"bits": 0},
        CARD | {"bits": -8},
        CARD | {"bits": 34},
        CARD | {"bits": "26"},
        CARD | {"bits": 520, "data": "00" * 65},
        CARD | {"data": "06"},
        CARD | {"data": "xyz"},
        CARD | {"data": None},
        CARD | {"format": 1},
    ],
)
def test_what_is_no_card_is_not_presented(wrong):
    assert card_of(decision(wrong)) is None


@given(st.dictionaries(st.sampled_from(["format", "bits", "data"]), st.text(max_size=4) | st.integers() | st.none()))
def test_anything_at_all_is_a_card_that_fits_or_none(card):
    found = card_of(decision(card))
    assert found is None or len(found.data) == (found.bits + 7) // 8 <= 64


@pytest.mark.parametrize(
    ("name", "form"), [("wiegand-26", osdp.CardFormat.Wiegand), ("raw-32", osdp.CardFormat.Unspecified)]
)
def test_a_card_goes_out_in_its_format(name, form):
    card = card_of(decision(presented(CardNumber(name, 0, 7))._asdict()))
    assert card is not None
    assert card_read(card) == {
        "event": osdp.Event.CardRead,
        "reader_no": 0,
        "direction": 0,
        "format": form,
        "length": card.bits,
        "data": card.data,
    }


def test_a_light_for_a_while_says_something_each_time_and_a_lasting_one_when_it_changes():
    signals, green, red = Signals(), osdp.CommandLEDColor.Green, osdp.CommandLEDColor.Red
    assert [signals.hear(for_a_while(green)) for _ in range(2)] == ["green", "green"]
    assert [signals.hear(lasting(red)) for _ in range(3)] == ["red", "", ""]
    assert signals.hear(lasting(red, number=1)) == "red"
    assert [signals.hear(lasting(colour)) for colour in (green, red)] == ["green", "red"]
    assert signals.hear(lasting(osdp.CommandLEDColor.Black)) == ""


@pytest.mark.parametrize(
    "command",
    [
        for_a_while(osdp.CommandLEDColor.Green, control_code=1),
        lasting(osdp.CommandLEDColor.Green) | {"control_code": 0},
        for_a_while(99),
        {"command": osdp.Command.Buzzer, "control_code": 1, "rep_count": 3},
        {"command": osdp.Command.Text, "data": "GREEN"},
    ],
)
def test_everything_else_says_nothing(command):
    assert Signals().hear(command) == ""


def test_tones_are_counted():
    assert Signals().hear({"command": osdp.Command.Buzzer, "control_code": 2, "rep_count": 3}) == "beep-3"


def test_a_signal_that_means_both_means_no():
    port = PanelPort("r1", "pty:/x", "k", granted=("green", "beep-1"), refused=("red", "beep-1"))
    assert [verdict_of(port, each) for each in ("green", "red", "beep-1", "blue", "")] == [
        True,
        False,
        False,
        None,
        None,
    ]


def test_a_robot_that_may_try_is_told_so():
    assert may_try(1)["data"] == bytes([0xE3, 1, 1]) + b"panel_silent"
