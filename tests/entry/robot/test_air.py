import contextlib
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.errors import Invalid, NameplateError, Unavailable
from nameplate.entry.robot import Outcome
from nameplate.entry.robot.air import (
    ANSWER,
    CHALLENGE,
    MAX_CHALLENGES,
    MAX_FRAME,
    PRESENT,
    RESULT,
    Line,
    encode_frame,
    exchange,
    give_answer,
    read_challenge_frame,
    read_length,
    read_result_frame,
    request_challenge,
)


@pytest.fixture
def pair():
    """A robot's line and the bare socket of the reader at its other end."""
    ours, theirs = socket.socketpair()
    with Line(ours, time.monotonic() + 5) as line, theirs:
        yield line, theirs


def test_the_frames_are_those_of_the_readers():
    assert encode_frame(PRESENT) == b"\x00\x01\x01"
    assert encode_frame(ANSWER, bytes(126)) == b"\x00\x7f\x03" + bytes(126)


def test_a_frame_that_no_reader_takes_is_not_made():
    assert len(encode_frame(ANSWER, bytes(MAX_FRAME - 1))) == 2 + MAX_FRAME
    with pytest.raises(Invalid):
        encode_frame(ANSWER, bytes(MAX_FRAME))


@pytest.mark.parametrize(("prefix", "length"), [(b"\x00\x01", 1), (b"\x01\x00", 256)])
def test_a_possible_length_is_read(prefix, length):
    assert read_length(prefix) == length


@pytest.mark.parametrize("prefix", [b"\x00\x00", b"\x01\x01", b"\xff\xff"])
def test_an_impossible_length_is_invalid(prefix):
    with pytest.raises(Invalid):
        read_length(prefix)


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        (b"\x04\x01granted", Outcome(permit=True, reason="granted")),
        (b"\x04\x00not_in_contract", Outcome(permit=False, reason="not_in_contract")),
        (b"\x04\x00", Outcome(permit=False, reason="")),
    ],
)
def test_a_result_is_read(payload, outcome):
    assert read_result_frame(payload) == outcome


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x04",
        b"\x02\x01granted",
        b"\x04\x02granted",
        b"\x04\xffgranted",
        b"\x04\x01" + b"a" * 33,
        b"\x04\x01\x1b[2J",
        b"\x04\x01Granted",
        b"\x04\x00\xc3\xa4",
    ],
)
def test_what_is_no_result_is_never_a_permit(payload):
    with pytest.raises(Invalid):
        read_result_frame(payload)


@given(st.binary(max_size=MAX_FRAME))
def test_any_frame_is_read_or_invalid(payload):
    for read in (read_challenge_frame, read_result_frame):
        try:
            read(payload)
        except Invalid:
            continue
        assert payload[0] in (CHALLENGE, RESULT)


def test_a_challenge_is_requested_and_taken(pair):
    line, reader = pair
    reader.sendall(encode_frame(CHALLENGE, bytes(58)))
    assert request_challenge(line) == bytes(58)
    assert reader.recv(100) == encode_frame(PRESENT)


def test_a_challenge_in_pieces_is_taken(pair):
    line, reader = pair
    for byte in encode_frame(CHALLENGE, bytes(58)):
        reader.sendall(bytes([byte]))
    assert request_challenge(line) == bytes(58)


def test_an_answer_is_given_and_the_outcome_taken(pair):
    line, reader = pair
    reader.sendall(encode_frame(RESULT, b"\x01granted"))
    assert give_answer(line, bytes(126)) == Outcome(permit=True, reason="granted")
    assert reader.recv(200) == encode_frame(ANSWER, bytes(126))


def talk(*frames: bytes) -> tuple[Outcome, list[bytes]]:
    """An exchange with a reader that says these frames whatever it hears; the outcome and what was asked."""
    asked: list[bytes] = []
    ours, theirs = socket.socketpair()

    def answer(challenge: bytes) -> bytes:
        asked.append(challenge)
        return bytes(126)

    with theirs, Line(ours, time.monotonic() + 5) as line:
        theirs.sendall(b"".join(frames))
        theirs.shutdown(socket.SHUT_WR)
        return exchange(line, answer), asked


ASKED, PERMITTED, DENIED = (
    encode_frame(CHALLENGE, bytes(58)),
    encode_frame(RESULT, b"\x01granted"),
    b"\x00\x06\x04\x00late",
)


def test_an_exchange_answers_and_takes_the_outcome():
    assert talk(ASKED, PERMITTED) == (Outcome(permit=True, reason="granted"), [bytes(58)])
    assert talk(ASKED, DENIED) == (Outcome(permit=False, reason="late"), [bytes(58)])


def test_a_reader_may_start_afresh():
    assert talk(ASKED, ASKED, PERMITTED) == (Outcome(permit=True, reason="granted"), [bytes(58)] * 2)


def test_a_reader_may_turn_a_robot_away_unasked():
    assert talk(DENIED) == (Outcome(permit=False, reason="late"), [])


def test_a_permit_without_a_proof_is_not_believed():
    with pytest.raises(Invalid, match="not asked to prove"):
        talk(PERMITTED)


def test_a_reader_cannot_draw_any_number_of_answers():
    assert talk(*[ASKED] * MAX_CHALLENGES, DENIED)[1] == [bytes(58)] * MAX_CHALLENGES
    with pytest.raises(Invalid, match="again and again"):
        talk(*[ASKED] * (MAX_CHALLENGES + 1), PERMITTED)


@given(st.lists(st.one_of(st.sampled_from([ASKED, PERMITTED, DENIED]), st.binary(max_size=80)), max_size=6))
def test_any_frames_from_a_reader_end_cleanly(frames):
    try:
        outcome, asked = talk(*frames)
    except NameplateError:
        return
    assert asked or not outcome.permit


@pytest.mark.parametrize("sent", [b"\x00\x3a\x02" + bytes(57), b"\x00\x3b\x03" + bytes(58), b"\xff\xff"])
def test_what_is_no_challenge_is_invalid(pair, sent):
    line, reader = pair
    reader.sendall(sent)
    with pytest.raises(Invalid):
        request_challenge(line)


@pytest.mark.parametrize("sent", [b"", b"\x00", b"\x00\x3b\x02" + bytes(10)])
def test_a_reader_that_hangs_up_is_unavailable(pair, sent):
    line, reader = pair
    reader.sendall(sent)
    reader.shutdown(socket.SHUT_WR)
    with pytest.raises(Unavailable) as caught:
        request_challenge(line)
    assert caught.value.code == "line_lost"


def test_a_silent_reader_is_unavailable():
    ours, theirs = socket.socketpair()
    with theirs, Line(ours, time.monotonic() + 0.05) as line, pytest.raises(Unavailable) as caught:
        request_challenge(line)
    assert caught.value.code == "reader_silent"


def test_a_deadline_that_has_passed_ends_a_line_that_still_has_bytes():
    """A reader that drips one byte at a time must not hold the robot."""
    ours, theirs = socket.socketpair()
    with theirs, Line(ours, time.monotonic()) as line:
        theirs.sendall(encode_frame(CHALLENGE, bytes(58)))
        with pytest.raises(Unavailable) as caught:
            line.receive()
    assert caught.value.code == "reader_silent"


@given(st.binary(max_size=400))
def test_any_bytes_from_a_reader_end_cleanly(data):
    ours, theirs = socket.socketpair()
    with theirs, Line(ours, time.monotonic() + 5) as line:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        with contextlib.suppress(NameplateError):
            assert len(request_challenge(line)) == 58


def test_no_reader_is_unavailable(tmp_path):
    for path in (tmp_path / "none", tmp_path / ("x" * 200)):
        with pytest.raises(Unavailable):
            Line.to_reader(path, 1)
