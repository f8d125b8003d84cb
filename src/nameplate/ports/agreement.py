"""Key agreement and signatures for the presence proof, as both sides of a reader need them. P-256 throughout."""

from typing import NamedTuple, Protocol

from nameplate.domain.presence import Answer, Challenge


class Channel(Protocol):
    """What two ephemeral halves agreed on. It carries exactly one message, from the robot to the site."""

    def seal(self, challenge: Challenge, ephemeral: bytes, proof: bytes) -> bytes:
        """Encrypt and authenticate `proof`, bound to the challenge, its place and the robot's `ephemeral`."""
        ...

    def open(self, challenge: Challenge, answer: Answer) -> bytes | None:
        """The proof inside `answer`; None when it was not sealed for exactly this challenge and place."""
        ...


class Half(Protocol):
    """One side's ephemeral key pair, made for one exchange and forgotten after it."""

    @property
    def public(self) -> bytes:
        """The compressed point (SEC 1, 33 bytes)."""
        ...

    def agree(self, peer: bytes) -> Channel:
        """Meet the other side's compressed point. Raises `Invalid` when it is no point of the curve."""
        ...


class Agreement(Protocol):
    """Makes halves and nonces, checks signatures. Holds no long-lived secret."""

    def half(self) -> Half:
        """A fresh ephemeral key pair."""
        ...

    def nonce(self) -> bytes:
        """Sixteen random bytes."""
        ...

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether `signature` (r || s, 64 bytes, ECDSA with SHA-256) over `message` was made with the key of `public`.

        Raises `Invalid` when `public` is no compressed point of the curve.
        """
        ...


class UnitIdentity(NamedTuple):
    """Who a unit is to its site. `key_handle`: see `presence.key_handle`."""

    actor: str
    site: str
    serial: str
    key_handle: str


class NewKey(Protocol):
    """A key pair that no site knows yet."""

    @property
    def public(self) -> bytes:
        """The compressed point (SEC 1, 33 bytes)."""
        ...

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256 as r || s, 64 bytes."""
        ...


class UnitKey(NewKey, Protocol):
    """The key of one enrolled unit, in a file or in hardware. The private half is never shown."""

    @property
    def identity(self) -> UnitIdentity:
        """What the site said at enrolment."""
        ...

    def next_counter(self) -> int:
        """A number higher than any before, durably used up before it is returned."""
        ...
