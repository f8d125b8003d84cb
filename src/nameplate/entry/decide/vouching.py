"""Persons for whom the company's provider vouches: the managing process has asked it, the session begins here."""

from collections.abc import Callable, Mapping

from nameplate.domain.bridges import BridgeType
from nameplate.domain.errors import Refused
from nameplate.domain.links import SignedIn, SignIn
from nameplate.domain.people import roles_of
from nameplate.domain.registry import Registry
from nameplate.flows.sessions import Sessions
from nameplate.flows.uphold import Upholder
from nameplate.ports.bus import Handler, Peer

from .internal import read_message


class Vouching:
    """A handler for the managing process. `clock`: microseconds since the epoch, UTC."""

    def __init__(self, registry: Registry, upholder: Upholder, sessions: Sessions, clock: Callable[[], int]) -> None:
        self._registry, self._upholder, self._sessions, self._clock = registry, upholder, sessions, clock

    def handlers(self) -> Mapping[str, Handler]:
        """What it may call."""
        return {"sign_in": self._sign_in}

    async def _sign_in(self, peer: Peer, body: bytes) -> SignedIn:
        asked = read_message(body, SignIn)
        bridge = self._registry.bridges.get(asked.bridge)
        brings = bridge.option("people") or bridge.id if bridge and bridge.type is BridgeType.OIDC else ""
        if not brings or asked.notice.bridge != brings or not asked.notice.key:
            raise Refused("bridge", f"{asked.bridge} vouches for nobody here.", "Declare a bridge of type oidc.")
        (ident,) = self._upholder.persons(asked.notice)
        if not asked.linked and (ident not in self._registry.people or self._registry.people[ident].active):
            await self._upholder.people([asked.notice])
        person = self._registry.people.get(ident)
        if person is None or not person.active:
            raise Refused("person", "You are not known here, or disabled.", "Ask whoever runs the directory.")
        if not roles_of(person, self._registry.bridges):
            raise Refused("role", "You have no role here.", "Ask for a group that has one.")
        token = await self._sessions.begin(ident, "console", f"oidc:{asked.bridge}")
        session = self._sessions.find(token)
        seconds = (session.until - self._clock()) // 1_000_000 if session else 0
        return SignedIn(ident, seconds, token)
