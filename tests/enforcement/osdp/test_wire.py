"""Frames and messages, friendly and hostile."""

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.errors import Invalid
from nameplate.domain.presence import ANSWER_SIZE, CHALLENGE_SIZE
from nameplate.enforcement.osdp import wire
from nameplate.enforcement.osdp.wire import AuthResponse, CardPresent, Reassembler

REPLY = 0x80


def frame(body: bytes = b"\x40", address: int = REPLY) -> bytes:
    size = 5 + len(body) + 2
    head = bytes([wire.START, address]) + size.to_bytes(2, "little") + b"\x04"
    return head + body + binascii.crc_hqx(head + body, 0x1D0F).to_bytes(2, "little")


def summed(body: bytes = b"\x40", address: int = REPLY) -> bytes:
    head = bytes([wire.START, address]) + (6 + len(body)).to_bytes(2, "little") + b"\x00"
    return head + body + bytes([-sum(head + body) & 0xFF])


def reassembler() -> Reassembler:
    return Reassembler(frozenset({REPLY}))


@given(st.lists(st.binary(min_size=1, max_size=120), max_size=5), st.lists(st.integers(1, 40), min_size=1))
def test_frames_survive_any_fragmentation(bodies, cuts):
    stream = b"".join(b"\xff" + frame(body) for body in bodies)
    subject, got, position, turn = reassembler(), [], 0, 0
    while position < len(stream):
        step = cuts[turn % len(cuts)]
        got += subject.feed(stream[position : position + step], 0.0)
        position, turn = position + step, turn + 1
    assert got == [frame(body) for body in bodies]


@given(st.lists(st.binary(max_size=600), max_size=20))
def test_hostile_bytes_are_bounded_and_yield_only_intact_frames(pieces):
    subject = reassembler()
    for number, piece in enumerate(pieces):
        for got in subject.feed(piece, float(number)):
            assert wire.intact(got)
            assert got[1] == REPLY
        assert subject.held <= wire.MAX_FRAME


@given(st.binary(max_size=200).filter(lambda noise: wire.START not in noise))
def test_a_frame_is_found_behind_noise(noise):
    assert reassembler().feed(noise + frame(), 0.0) == [frame()]


def test_a_frame_behind_a_false_start_is_found_once_the_false_one_has_stalled():
    subject = reassembler()
    false_start = bytes([wire.START, REPLY, 150, 0, 4])
    assert subject.feed(false_start + frame(), 0.0) == []
    assert subject.feed(b"", 0.05) == []
    assert subject.feed(b"", 0.0 + wire.STALLED_S * 2) == [frame()]


def test_a_checksum_frame_is_let_through_and_a_wrong_sum_is_not():
    assert reassembler().feed(summed(), 0.0) == [summed()]
    assert reassembler().feed(summed()[:-1] + bytes([summed()[-1] ^ 1]), 0.0) == []


@given(st.integers(0, 7 * 8 + 7))
def test_a_frame_with_one_flipped_bit_is_dropped(bit):
    spoilt = bytearray(frame())
    spoilt[bit // 8] ^= 1 << bit % 8
    assert reassembler().feed(bytes(spoilt), 0.0) == []


@pytest.mark.parametrize("address", [0x00, 0x01, 0x7F, 0x81])
def test_frames_of_others_are_dropped(address):
    assert reassembler().feed(frame(address=address), 0.0) == []


def test_clear_forgets_half_a_frame():
    subject = reassembler()
    subject.feed(frame()[:4], 0.0)
    subject.clear()
    assert subject.feed(frame()[4:], 0.0) == []


@pytest.mark.parametrize("size", [CHALLENGE_SIZE - 1, CHALLENGE_SIZE + 1, 0])
def test_a_challenge_of_another_size_is_refused(size):
    with pytest.raises(Invalid):
        wire.auth_request(0, bytes(size))


def test_commands_never_exceed_what_libosdp_can_hold():
    assert len(wire.auth_request(1, bytes(CHALLENGE_SIZE))) <= wire.MAX_COMMAND_DATA
    assert len(wire.auth_result(1, "x" * 500, permit=False)) <= wire.MAX_COMMAND_DATA
    assert 2 + ANSWER_SIZE <= wire.MAX_REPLY_DATA


def test_a_result_carries_the_verdict_and_the_reason():
    assert wire.auth_result(1, "granted", permit=True) == b"\xe3\x01\x01granted"
    assert wire.auth_result(0, "window", permit=False) == b"\xe3\x00\x00window"


def test_presence_messages_are_read():
    assert wire.read_reply(wire.VENDOR_CODE, b"\xe0\x01") == CardPresent(1)
    assert wire.read_reply(wire.VENDOR_CODE, b"\xe2\x01" + bytes(ANSWER_SIZE)) == AuthResponse(1, bytes(ANSWER_SIZE))


@given(st.integers(0, 0xFFFFFF), st.binary(max_size=200))
def test_hostile_replies_are_refused_or_well_formed(vendor, data):
    try:
        message = wire.read_reply(vendor, data)
    except Invalid:
        assert vendor == wire.VENDOR_CODE
        return
    if vendor != wire.VENDOR_CODE:
        assert message is None
    elif isinstance(message, AuthResponse):
        assert len(message.answer) == ANSWER_SIZE
    else:
        assert data == bytes([wire.CARD_PRESENT, data[1]])


@pytest.mark.parametrize("size", [0, 1, ANSWER_SIZE - 1, ANSWER_SIZE + 1])
def test_an_answer_of_another_size_is_refused(size):
    with pytest.raises(Invalid):
        wire.read_reply(wire.VENDOR_CODE, b"\xe2\x00" + bytes(size))


def test_the_reader_of_a_malformed_message_is_told_as_far_as_it_says():
    assert wire.reader_of(b"\xe2\x01") == 1
    assert wire.reader_of(b"\xe2") is None
