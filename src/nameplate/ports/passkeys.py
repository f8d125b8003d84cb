"""Passkeys (WebAuthn Level 3): what the outside library does for us. It keeps no state."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Json = Mapping[str, Any]


class Bound(NamedTuple):
    """A new credential. `id`: base64url; `public`: COSE key."""

    id: str
    public: bytes
    counter: int


class Site(NamedTuple):
    """Where ceremonies take place. `origin`: as a browser names it; `host`: the relying party id."""

    origin: str
    host: str


class Ceremony(Protocol):
    """Checks what authenticators say. The user must have been verified, always."""

    def creation(self, site: Site, challenge: bytes, person: str, known: Sequence[str]) -> dict[str, Any]:
        """The options for `navigator.credentials.create`, as JSON. `known`: ids that must not be made again."""
        ...

    def request(self, site: Site, challenge: bytes, known: Sequence[str]) -> dict[str, Any]:
        """The options for `navigator.credentials.get`, as JSON. `known`: what may answer; empty: any."""
        ...

    def made(self, site: Site, challenge: bytes, credential: Json) -> Bound:
        """A credential that was made for this challenge, here; raises Refused."""
        ...

    def shown(self, site: Site, challenge: bytes, assertion: Json, public: bytes, counter: int) -> int:
        """The counter of an assertion that holds: of that key, for this challenge, here. Raises Refused.

        Refused with the code `passkey_counter`: the counter did not rise, so that there may be a copy of the key.
        """
        ...
