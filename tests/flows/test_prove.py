import hashlib
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.errors import Invalid, NameplateError, Refused
from nameplate.domain.presence import (
    CHALLENGE_SIZE,
    Challenge,
    Place,
    key_handle,
    place_id,
    read_answer,
    read_challenge,
    read_proof,
    transcript,
)
from nameplate.flows.prove import prove
from nameplate.keys.p256 import P256Agreement, P256Half
from nameplate.keys.p256.points import CURVE, encode_point
from nameplate.ports.agreement import UnitIdentity

PLACE = Place("clinic", "L1-pharmacy-entrance", "r1")
PAGE = Path(__file__).parents[2] / "docs/protocols/presence.md"
BEGIN, END = "<!-- worked example: begin -->\n", "<!-- worked example: end -->"


def private(words: str) -> ec.EllipticCurvePrivateKey:
    """A key that nobody could take for a secret."""
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(words.encode()).digest(), "big"), CURVE)


class Element:
    """Stands for a unit's secure element. Signs by RFC 6979, so that the example can be repeated."""

    def __init__(self, counter: int = 6) -> None:
        self._private, self._counter = private("TEST ONLY unit"), counter
        self.public = encode_point(self._private.public_key())
        self.identity = UnitIdentity("amr-17", "clinic", "T3-00417", key_handle(self.public))
        self.used: list[int] = []

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def next_counter(self) -> int:
        self._counter += 1
        self.used.append(self._counter)
        return self._counter


class RepeatableAgreement(P256Agreement):
    """The ephemeral key of the example in the place of a random one."""

    def half(self) -> P256Half:
        return P256Half(private("TEST ONLY robot ephemeral"))


SITE_HALF = P256Half(private("TEST ONLY site ephemeral"))
CHALLENGE = Challenge(SITE_HALF.public, bytes(range(16)), place_id(PLACE))


def opened(answer: bytes):
    read = read_answer(answer)
    plain = SITE_HALF.agree(read.ephemeral).open(CHALLENGE, read)
    assert plain is not None
    return read, read_proof(plain)


def worked_example() -> str:
    element = Element()
    answer = prove(RepeatableAgreement(), element, PLACE, CHALLENGE.encode())
    read, proof = opened(answer)
    text = transcript(PLACE, CHALLENGE, read.ephemeral, "amr-17", proof.counter)
    rows = {
        "place": " / ".join(PLACE),
        "place id": place_id(PLACE).hex(),
        "actor, counter": f"amr-17, {proof.counter}",
        'unit\'s key, "TEST ONLY unit", public': element.public.hex(),
        "key handle": proof.handle,
        'site\'s ephemeral key, "TEST ONLY site ephemeral", public': CHALLENGE.ephemeral.hex(),
        "nonce": CHALLENGE.nonce.hex(),
        "challenge": CHALLENGE.encode().hex(),
        'robot\'s ephemeral key, "TEST ONLY robot ephemeral", public': read.ephemeral.hex(),
        "transcript": text.hex(),
        "signature": proof.signature.hex(),
        "proof": proof.encode().hex(),
        "answer": answer.hex(),
    }
    lines = ["| what | value |", "|---|---|", *(f"| {what} | `{value}` |" for what, value in rows.items())]
    return "\n".join(lines) + "\n"


def test_the_worked_example_on_the_page_is_what_the_code_does():
    """`NAMEPLATE_WRITE_DOCS=1` writes it."""
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    shown, after = rest.split(END)
    if os.environ.get("NAMEPLATE_WRITE_DOCS") == "1":
        PAGE.write_text(before + BEGIN + worked_example() + END + after)
        return
    assert shown == worked_example()


def test_the_answer_proves_key_place_and_counter():
    element = Element()
    read, proof = opened(prove(P256Agreement(), element, PLACE, CHALLENGE.encode()))
    assert (proof.handle, proof.place, proof.counter) == (element.identity.key_handle, place_id(PLACE), 7)
    text = transcript(PLACE, CHALLENGE, read.ephemeral, "amr-17", 7)
    assert P256Agreement().verify(element.public, text, proof.signature)


def test_no_two_answers_share_a_counter_or_an_ephemeral_key():
    element = Element()
    first, second = (opened(prove(P256Agreement(), element, PLACE, CHALLENGE.encode())) for _ in range(2))
    assert first[0].ephemeral != second[0].ephemeral
    assert element.used == [first[1].counter, second[1].counter] == [7, 8]


@pytest.mark.parametrize("other", [PLACE._replace(reader="r2"), PLACE._replace(door="L1-store")])
def test_a_challenge_for_another_place_is_not_answered(other):
    element = Element()
    with pytest.raises(Refused, match="another place"):
        prove(P256Agreement(), element, other, CHALLENGE.encode())
    assert element.used == []


def test_a_unit_does_not_answer_at_a_site_where_it_is_not_enrolled():
    place = PLACE._replace(site="airport")
    with pytest.raises(Refused, match="enrolled at clinic"):
        prove(P256Agreement(), Element(), place, CHALLENGE._replace(place=place_id(place)).encode())


def test_a_challenge_with_a_bad_point_uses_no_number():
    element = Element()
    with pytest.raises(Invalid):
        prove(P256Agreement(), element, PLACE, CHALLENGE._replace(ephemeral=bytes(33)).encode())
    assert element.used == []


@given(st.binary(max_size=2 * CHALLENGE_SIZE))
def test_any_bytes_are_refused_cleanly(data):
    with pytest.raises(NameplateError):
        prove(P256Agreement(), Element(), PLACE, data)


@given(st.integers(0, CHALLENGE_SIZE - 1), st.integers(1, 255))
def test_an_answer_to_a_changed_challenge_never_opens(position, change):
    data = bytearray(CHALLENGE.encode())
    data[position] ^= change
    try:
        answer = prove(P256Agreement(), Element(), PLACE, bytes(data))
    except NameplateError:
        return
    read = read_answer(answer)
    assert SITE_HALF.agree(read.ephemeral).open(CHALLENGE, read) is None
    assert read_challenge(bytes(data)) != CHALLENGE
