"""Signing people in by the company's own provider (OpenID Connect Core)."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Begun(NamedTuple):
    """A sign-in that is under way. `url`: where the person goes; the others stay here."""

    url: str
    state: str
    nonce: str
    verifier: str


class Vouched(NamedTuple):
    """Whom the provider vouches for. `key`: the value of the claim by which people are matched.

    `subject`, `session`: what the provider calls them and their session there (`sub`, `sid`).
    """

    key: str
    name: str = ""
    mail: str = ""
    groups: tuple[str, ...] = ()
    subject: str = ""
    session: str = ""


class LoggedOut(NamedTuple):
    """Who has signed out at the provider: `subject`, or of one `session` only; one of them may be empty.

    `id`: of the message, which counts once; `until`: when it counts no more (seconds since the epoch).
    """

    id: str
    until: float
    subject: str = ""
    session: str = ""


class Provider(Protocol):
    """One provider. Raises Unavailable where it does not answer, Refused for what is not as it must be."""

    async def begin(self, back: str) -> Begun:
        """Where to send a person. `back`: the address at which they come back."""
        ...

    async def finish(self, begun: Begun, said: Mapping[str, str], back: str) -> Vouched:
        """Whom it vouches for, from what came back in the address; nothing is believed that was not asked for."""
        ...

    async def logged_out(self, token: str) -> LoggedOut:
        """What a logout token says (Back-Channel Logout 1.0). That it counts once is for the caller to see to."""
        ...

    async def ended(self, back: str) -> str:
        """Where a person signs out there (RP-Initiated Logout); empty where that is not possible."""
        ...
