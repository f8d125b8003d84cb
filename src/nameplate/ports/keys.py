"""Where keys live. Nothing behind this port ever shows a private key or a passphrase in an error or a log."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol


class Signer(Protocol):
    """One Ed25519 key pair (RFC 8032) under a name."""

    @property
    def name(self) -> str:
        """The name under which the store keeps it."""
        ...

    @property
    def public_key(self) -> bytes:
        """The public key, 32 raw bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`, 64 bytes."""
        ...


class KeyStore(Protocol):
    """Keys and secrets by name. Names follow `domain.names.is_id` and may also hold `/`; else `Invalid`.

    A name holds either a signing key or a secret for good: asking for the other kind raises `Conflict`. Credentials,
    which other systems gave us, stand apart: a credential may be called like a key and never takes its place.
    What a method returns is stored durably before it returns; `Unavailable` when it cannot be.
    """

    def signer(self, name: str) -> Signer:
        """The signing key called `name`, created on first use."""
        ...

    def secret(self, name: str, size: int) -> bytes:
        """The secret called `name`, created on first use from `size` random bytes.

        Raises `Conflict` when it exists with another size.
        """
        ...

    def replace(self, name: str, value: bytes) -> None:
        """Put `value` in the place of the secret called `name`, or create it. Signing keys are never replaced."""
        ...

    def next_signer(self, name: str) -> Signer:
        """The signing key that is to succeed the one called `name`; made on first use, raises `NotFound`.

        It waits beside that one until `succeed` or `forget_next`, also through a restart.
        """
        ...

    def next_secret(self, name: str) -> bytes:
        """The secret, of the same size, that is to succeed the one called `name`; otherwise as `next_signer`."""
        ...

    def awaited(self) -> AbstractSet[str]:
        """The names of those whose successor waits."""
        ...

    def succeed(self, name: str) -> bool:
        """Put the one that waits in the place of the former, which is gone then; whether one has waited."""
        ...

    def forget_next(self, name: str) -> bool:
        """Let the former stay; whether one has waited."""
        ...

    def names(self) -> Sequence[str]:
        """All names of signing keys and secrets, sorted."""
        ...

    def credential(self, name: str) -> bytes:
        """The credential called `name`; raises `NotFound`."""
        ...

    def put_credential(self, name: str, value: bytes) -> None:
        """Store a credential of 1 to 65536 bytes, in the place of the former one of that name."""
        ...

    def remove_credential(self, name: str) -> None:
        """Forget a credential; raises `NotFound`."""
        ...

    def credentials(self) -> list[str]:
        """The names of all credentials, sorted."""
        ...
