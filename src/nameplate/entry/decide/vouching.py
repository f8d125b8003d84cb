"""Persons for whom the company's provider vouches: the managing process asks it, sessions begin and end here."""

from collections.abc import Callable, Mapping

from nameplate.domain.bridges import BridgeType
from nameplate.domain.errors import Refused
from nameplate.domain.links import SignedIn, SignIn, SignOut
from nameplate.domain.notices import PersonNotice
from nameplate.domain.people import roles_of
from nameplate.domain.registry import Registry
from nameplate.flows.sessions import Sessions
from nameplate.flows.uphold import Upholder
from nameplate.ports.bus import Handler, Peer

from .internal import read_message


class Vouching:
    """Handlers for the managing process. `clock`: microseconds since the epoch, UTC."""

    def __init__(self, registry: Registry, upholder: Upholder, sessions: Sessions, clock: Callable[[], int]) -> None:
        self._registry, self._upholder, self._sessions, self._clock = registry, upholder, sessions, clock

    def handlers(self) -> Mapping[str, Handler]:
        """What it may call."""
        return {"sign_in": self._sign_in, "sign_out": self._sign_out}

    async def _sign_in(self, peer: Peer, body: bytes) -> SignedIn:
        asked = read_message(body, SignIn)
        brings = self._brings(asked.bridge)
        if asked.notice.bridge != brings or not asked.notice.key:
            raise _unvouched(asked.bridge)
        (ident,) = self._upholder.persons(asked.notice)
        if not asked.linked and (ident not in self._registry.people or self._registry.people[ident].active):
            await self._upholder.people([asked.notice])
        person = self._registry.people.get(ident)
        if person is None or not person.active:
            raise Refused("person", "You are not known here, or disabled.", "Ask whoever runs the directory.")
        if not roles_of(person, self._registry.bridges):
            raise Refused("role", "You have no role here.", "Ask for a group that has one.")
        more = self._provided(asked.bridge, asked.subject, asked.session)
        token = await self._sessions.begin(ident, "console", f"oidc:{asked.bridge}", more)
        session = self._sessions.find(token)
        seconds = (session.until - self._clock()) // 1_000_000 if session else 0
        return SignedIn(ident, seconds, token)

    async def _sign_out(self, peer: Peer, body: bytes) -> int:
        asked = read_message(body, SignOut)
        brings, who = self._brings(asked.bridge), self._provided(asked.bridge, asked.subject, asked.session)
        person = ""
        if asked.subject and self._registry.bridges[asked.bridge].option("match") == "sub":
            (person,) = self._upholder.persons(PersonNotice(brings, asked.subject))
        by, reason = f"oidc:{asked.bridge}", "signed out at the provider"
        return await self._sessions.end_upstream(person, who.get("subject", ""), who.get("upstream", ""), by, reason)

    def _brings(self, name: str) -> str:
        """The bridge that brings the people of a provider."""
        bridge = self._registry.bridges.get(name)
        if bridge is None or bridge.type is not BridgeType.OIDC:
            raise _unvouched(name)
        return bridge.option("people") or bridge.id

    def _provided(self, bridge: str, subject: str, session: str) -> dict[str, str]:
        """What goes on record of it."""
        hashed = self._upholder.provided
        told = {"subject": hashed(bridge, "sub", subject), "upstream": hashed(bridge, "sid", session)}
        return {name: value for name, value in told.items() if value}


def _unvouched(bridge: str) -> Refused:
    return Refused("bridge", f"{bridge} vouches for nobody here.", "Declare a bridge of type oidc.")
