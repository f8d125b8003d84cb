from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.buses.unix.frames import (
    LENGTH_BYTES,
    MAX_FRAME,
    MAX_TEXT,
    Call,
    Failure,
    Reply,
    decode,
    encode,
    failure,
    frame_length,
    pack,
    raised,
)
from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable
from nameplate.ports.journal import JournalUnavailable

numbers = st.integers(0, 2**63 - 1)
bodies = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
).map(pack)
frames = st.one_of(
    st.builds(Call, numbers, st.text(), bodies),
    st.builds(Reply, numbers, bodies),
    st.builds(Failure, numbers, st.text(), st.text(), st.text(), st.text()),
)


@given(frames)
def test_a_frame_survives_the_way_to_bytes_and_back(frame):
    data = encode(frame)
    assert frame_length(data[:LENGTH_BYTES]) == len(data) - LENGTH_BYTES
    again = decode(data[LENGTH_BYTES:])
    assert type(again) is type(frame)
    assert encode(again) == data


@given(st.binary(max_size=200))
def test_other_bytes_are_invalid_and_nothing_worse(data):
    with suppress(Invalid):
        assert isinstance(decode(data), Call | Reply | Failure)


@given(frames, st.data())
def test_a_frame_with_a_byte_changed_is_another_frame_or_invalid(frame, data):
    payload = bytearray(encode(frame)[LENGTH_BYTES:])
    position = data.draw(st.integers(0, len(payload) - 1))
    payload[position] ^= data.draw(st.integers(1, 255))
    with suppress(Invalid):
        decode(bytes(payload))


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        ["call"],
        ["call", 1],
        ["call", "1", "verb", None],
        ["call", 1, 2, None],
        ["call", 1.5, "verb", None],
        ["call", 2**64 - 1, b"verb", None],
        ["nothing", 1, "verb", None],
        [1, 1, "verb", None],
        {"type": "call", "number": 1, "verb": "v", "body": None},
        ["failure", 1, "Invalid", "c", "m", 7],
        "call",
    ],
)
def test_what_is_well_formed_but_of_other_types_is_invalid(value):
    with pytest.raises(Invalid):
        decode(msgspec.msgpack.encode(value))


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_deep_nesting_does_no_harm(depth):
    payload = b"\x94\xa4call\x01\xa1v" + b"\x91" * depth + b"\xc0"
    try:
        frame = decode(payload)
    except Invalid:
        return
    with pytest.raises((msgspec.DecodeError, RecursionError)):
        msgspec.msgpack.decode(frame.body, type=int)  # type: ignore[union-attr]


def test_a_length_over_the_limit_is_refused_before_anything_is_read():
    assert frame_length(MAX_FRAME.to_bytes(4, "big")) == MAX_FRAME
    for length in (MAX_FRAME + 1, 2**32 - 1):
        with pytest.raises(Invalid) as refused:
            frame_length(length.to_bytes(4, "big"))
        assert refused.value.code == "too_large"


def test_what_the_other_side_would_refuse_is_not_sent():
    with pytest.raises(Invalid):
        encode(Reply(1, pack(bytes(MAX_FRAME))))


@pytest.mark.parametrize("family", [Conflict, Invalid, NotFound, Refused, Unavailable, NameplateError])
def test_an_error_arrives_as_what_it_was(family):
    error = raised(failure(7, family("code", "It failed.", "Do this.")))
    assert type(error) is family
    assert (error.code, error.message, error.remedy) == ("code", "It failed.", "Do this.")


def test_a_finer_error_arrives_as_the_nearest_that_both_sides_know():
    error = raised(failure(7, JournalUnavailable("The disk is full.")))
    assert type(error) is Unavailable
    assert error.code == "journal_unavailable"


def test_an_unknown_family_is_still_an_error():
    assert type(raised(Failure(1, "Exception", "c", "m", "r"))) is NameplateError


def test_an_error_that_quotes_too_much_is_cut():
    told = failure(1, NotFound("verb", "x" * 10 * MAX_TEXT, "y" * 10 * MAX_TEXT))
    assert (len(told.message), len(told.remedy)) == (MAX_TEXT, MAX_TEXT)
