"""Proof that a unit stands at a reader: message layouts and the signed transcript.

Shaped after the ECDHE flow of PKOC (PSIA Public Key Open Credential): the reader's side sends an ephemeral key and a
nonce, the robot answers with its own ephemeral key and, sealed under the shared secret, its key handle, the place it
means, its counter and an ECDSA P-256 signature over everything. Layouts fit one OSDP manufacturer frame each way:

    challenge  version 1 | site ephemeral 33 | nonce 16 | place 8                                     = 58 bytes
    answer     version 1 | robot ephemeral 33 | sealed( handle 8 | place 8 | counter 4 | signature 64 ) + tag 8 = 126
"""

import hashlib
from typing import NamedTuple

from .errors import Invalid

VERSION = 1
POINT_SIZE, NONCE_SIZE, PLACE_SIZE, HANDLE_SIZE, COUNTER_SIZE, SIGNATURE_SIZE, TAG_SIZE = 33, 16, 8, 8, 4, 64, 8
CHALLENGE_SIZE = 1 + POINT_SIZE + NONCE_SIZE + PLACE_SIZE
PROOF_SIZE = HANDLE_SIZE + PLACE_SIZE + COUNTER_SIZE + SIGNATURE_SIZE
ANSWER_SIZE = 1 + POINT_SIZE + PROOF_SIZE + TAG_SIZE
LIFETIME_S = 5.0
MAX_COUNTER = 2**32 - 1


class Place(NamedTuple):
    """Where a robot presents itself."""

    site: str
    door: str
    reader: str


class Challenge(NamedTuple):
    """What the site sends through the reader."""

    ephemeral: bytes
    nonce: bytes
    place: bytes

    def encode(self) -> bytes:
        """The 58 bytes on the wire."""
        return bytes([VERSION]) + self.ephemeral + self.nonce + self.place


class Answer(NamedTuple):
    """What the robot sends back, still sealed."""

    ephemeral: bytes
    sealed: bytes

    def encode(self) -> bytes:
        """The 126 bytes on the wire."""
        return bytes([VERSION]) + self.ephemeral + self.sealed


class Proof(NamedTuple):
    """What an answer holds once opened. `signature` is r || s, each 32 bytes big-endian."""

    handle: str
    place: bytes
    counter: int
    signature: bytes

    def encode(self) -> bytes:
        """The 84 bytes to be sealed."""
        return bytes.fromhex(self.handle) + self.place + self.counter.to_bytes(COUNTER_SIZE, "big") + self.signature


def read_challenge(data: bytes) -> Challenge:
    """Parse a challenge; raises Invalid on any other size or version."""
    _require(data, CHALLENGE_SIZE, "challenge")
    ephemeral, rest = data[1 : 1 + POINT_SIZE], data[1 + POINT_SIZE :]
    return Challenge(ephemeral, rest[:NONCE_SIZE], rest[NONCE_SIZE:])


def read_answer(data: bytes) -> Answer:
    """Parse an answer; raises Invalid on any other size or version."""
    _require(data, ANSWER_SIZE, "answer")
    return Answer(data[1 : 1 + POINT_SIZE], data[1 + POINT_SIZE :])


def read_proof(data: bytes) -> Proof:
    """Parse an opened answer; raises Invalid on any other size."""
    if len(data) != PROOF_SIZE:
        raise Invalid("malformed", f"A proof has {PROOF_SIZE} bytes, not {len(data)}.")
    handle, place = data[:HANDLE_SIZE], data[HANDLE_SIZE : HANDLE_SIZE + PLACE_SIZE]
    counter = int.from_bytes(data[HANDLE_SIZE + PLACE_SIZE : -SIGNATURE_SIZE], "big")
    return Proof(handle.hex(), place, counter, data[-SIGNATURE_SIZE:])


def place_id(place: Place) -> bytes:
    """Eight bytes that name a place on the wire."""
    return hashlib.sha256(_joined(b"nameplate-place", *(part.encode() for part in place))).digest()[:PLACE_SIZE]


def key_handle(public: bytes) -> str:
    """Sixteen hex digits that name a public key (compressed point, SEC 1) on the wire."""
    return hashlib.sha256(_joined(b"nameplate-key", public)).digest()[:HANDLE_SIZE].hex()


def transcript(place: Place, challenge: Challenge, robot_ephemeral: bytes, actor: str, counter: int) -> bytes:
    """The bytes that the robot signs. Must never change within a protocol version."""
    return _joined(
        b"nameplate-presence",
        bytes([VERSION]),
        *(part.encode() for part in place),
        challenge.ephemeral,
        robot_ephemeral,
        actor.encode(),
        challenge.nonce,
        counter.to_bytes(COUNTER_SIZE, "big"),
    )


def enrolment_text(code: str, serial: str, public: bytes) -> bytes:
    """The bytes that a unit signs to prove possession of the key it enrols. Must never change."""
    return _joined(b"nameplate-enrolment", bytes([VERSION]), code.encode(), serial.encode(), public)


def _joined(*parts: bytes) -> bytes:
    # Length prefixes: no two different lists of parts give the same bytes.
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def _require(data: bytes, size: int, what: str) -> None:
    if len(data) != size:
        raise Invalid("malformed", f"A {what} has {size} bytes, not {len(data)}.")
    if data[0] != VERSION:
        raise Invalid("malformed", f"Version {data[0]} of the presence protocol is not known.")
