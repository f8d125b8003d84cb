import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.errors import Invalid
from nameplate.domain.presence import (
    ANSWER_SIZE,
    CHALLENGE_SIZE,
    MAX_COUNTER,
    PROOF_SIZE,
    VERSION,
    Answer,
    Challenge,
    Place,
    Proof,
    enrolment_text,
    key_handle,
    place_id,
    read_answer,
    read_challenge,
    read_proof,
    transcript,
)

PLACE = Place("clinic", "L1-pharmacy-entrance", "r1")
CHALLENGE = Challenge(b"\x02" + bytes(32), bytes(16), bytes(8))

challenges = st.builds(
    Challenge,
    st.binary(min_size=33, max_size=33),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=8, max_size=8),
)
answers = st.builds(Answer, st.binary(min_size=33, max_size=33), st.binary(min_size=92, max_size=92))
proofs = st.builds(
    Proof,
    st.binary(min_size=8, max_size=8).map(bytes.hex),
    st.binary(min_size=8, max_size=8),
    st.integers(0, MAX_COUNTER),
    st.binary(min_size=64, max_size=64),
)


def test_the_messages_fit_one_osdp_frame_each_way():
    assert (CHALLENGE_SIZE, ANSWER_SIZE, PROOF_SIZE) == (58, 126, 84)


@given(challenges)
def test_a_challenge_survives_the_wire(challenge):
    assert len(challenge.encode()) == CHALLENGE_SIZE
    assert read_challenge(challenge.encode()) == challenge


@given(answers)
def test_an_answer_survives_the_wire(answer):
    assert len(answer.encode()) == ANSWER_SIZE
    assert read_answer(answer.encode()) == answer


@given(proofs)
def test_a_proof_survives_the_wire(proof):
    assert len(proof.encode()) == PROOF_SIZE
    assert read_proof(proof.encode()) == proof


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_invalid(data):
    for read, size in ((read_challenge, CHALLENGE_SIZE), (read_answer, ANSWER_SIZE)):
        if len(data) == size and data[0] == VERSION:
            assert read(data).encode() == data
        else:
            with pytest.raises(Invalid):
                read(data)


@pytest.mark.parametrize("size", [0, PROOF_SIZE - 1, PROOF_SIZE + 1])
def test_a_proof_of_another_size_is_invalid(size):
    with pytest.raises(Invalid):
        read_proof(bytes(size))


@pytest.mark.parametrize("read", [read_challenge, read_answer])
@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_is_invalid(read, version):
    size = CHALLENGE_SIZE if read is read_challenge else ANSWER_SIZE
    with pytest.raises(Invalid, match="Version"):
        read(bytes([version]) + bytes(size - 1))


@pytest.mark.parametrize(
    "other",
    [
        PLACE._replace(site="clinic2"),
        PLACE._replace(door="L1-pharmacy-exit"),
        PLACE._replace(reader="r2"),
        Place("clinicL1", "-pharmacy-entrance", "r1"),
        Place("clinic", "L1-pharmacy-entrancer", "1"),
    ],
)
def test_different_places_have_different_names_and_transcripts(other):
    assert place_id(other) != place_id(PLACE)
    assert transcript(other, CHALLENGE, bytes(33), "amr-17", 1) != transcript(PLACE, CHALLENGE, bytes(33), "amr-17", 1)


@pytest.mark.parametrize(
    ("challenge", "ephemeral", "actor", "counter"),
    [
        (CHALLENGE._replace(nonce=bytes(15) + b"\x01"), bytes(33), "amr-17", 1),
        (CHALLENGE._replace(ephemeral=b"\x03" + bytes(32)), bytes(33), "amr-17", 1),
        (CHALLENGE, bytes(32) + b"\x01", "amr-17", 1),
        (CHALLENGE, bytes(33), "amr-1", 1),
        (CHALLENGE, bytes(33), "amr-17", 2),
    ],
)
def test_the_transcript_covers_every_part(challenge, ephemeral, actor, counter):
    whole = transcript(PLACE, CHALLENGE, bytes(33), "amr-17", 1)
    assert transcript(PLACE, challenge, ephemeral, actor, counter) != whole


def test_the_transcript_never_changes_within_a_version():
    expected = (
        "00126e616d65706c6174652d70726573656e6365" "000101" "0006636c696e6963"
        "00144c312d706861726d6163792d656e7472616e6365" "00027231"
        "002102" + "00" * 32 + "0021" + "00" * 33 + "0006616d722d3137" "0010" + "00" * 16 + "000400000001"
    )  # fmt: skip
    assert transcript(PLACE, CHALLENGE, bytes(33), "amr-17", 1).hex() == expected


def test_names_on_the_wire_never_change():
    assert place_id(PLACE).hex() == "a07ab146325cd614"
    assert key_handle(b"\x02" + bytes(32)) == "b3fae886617f7236"


def test_the_enrolment_text_covers_code_serial_and_key():
    texts = {
        enrolment_text("A" * 26, "T3-1", b"\x02" * 33),
        enrolment_text("A" * 25 + "B", "T3-1", b"\x02" * 33),
        enrolment_text("A" * 26, "T3-2", b"\x02" * 33),
        enrolment_text("A" * 26, "T3-1", b"\x03" * 33),
        enrolment_text("A" * 26 + "T", "3-1", b"\x02" * 33),
    }
    assert len(texts) == 5
