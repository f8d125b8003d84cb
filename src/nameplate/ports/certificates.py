"""The site's own certificate authority, and what the public listener shows."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Certificate(NamedTuple):
    """What a certificate says. Times in microseconds since the epoch, UTC; `serial` and `sha256` in hex."""

    names: tuple[str, ...]
    not_before: int
    not_after: int
    serial: str
    sha256: str


class Pair(NamedTuple):
    """A certificate chain and its private key, both PEM. Shows nothing of the key."""

    chain: bytes
    key: bytes
    certificate: Certificate

    def __repr__(self) -> str:
        """Without the key."""
        return f"Pair({self.certificate})"


class Certificates(Protocol):
    """One authority and the one server certificate that it has issued. What a method returns is stored durably."""

    def authority(self) -> bytes | None:
        """The authority's certificate, PEM; nothing until there is one."""
        ...

    def make_authority(self, title: str, now: int) -> Certificate:
        """Make the authority, called `title`. Raises `Conflict` when there is one."""
        ...

    def draw(self, names: Sequence[str], now: int) -> bytes:
        """A certificate for a new key (PEM), for host names and addresses, not yet in use. Raises `NotFound` without
        an authority, `Invalid` for what cannot be a name.
        """
        ...

    def describe(self, drawn: bytes) -> Certificate:
        """What a certificate (PEM) says; raises `Invalid`."""
        ...

    def use(self, drawn: bytes) -> Certificate:
        """From now on `server` gives what `draw` last drew, and its key."""
        ...

    def server(self) -> Pair | None:
        """The server's certificate with its key; nothing until one was issued."""
        ...
