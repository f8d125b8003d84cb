"""What enforcement points may ask and report."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog

from nameplate.domain.cards import presented
from nameplate.domain.errors import Invalid, Refused
from nameplate.domain.links import AtReader, Hello, Welcome
from nameplate.domain.outcomes import Outcome
from nameplate.domain.points import PANEL_TYPES
from nameplate.domain.registry import Registry
from nameplate.domain.verdicts import Decision
from nameplate.flows.badges import Badges
from nameplate.flows.present import Presenter
from nameplate.flows.report import record_outcome
from nameplate.ports.bus import Handler, Peer
from nameplate.ports.ledger import Ledger

from .connections import Connections

log = structlog.get_logger()


class Hub:
    """Offers `handlers` to points and tells them of stops. `welcome` makes up what a point needs to work.

    `on_outcome`: who is told of what points report, after it was noted, with what is known of a card that was shown.
    """

    def __init__(
        self,
        registry: Registry,
        ledger: Ledger,
        connections: Connections,
        presenter: Presenter,
        badges: Badges,
        units: Callable[[str], str],
        welcome: Callable[[str], Welcome],
    ) -> None:
        self._registry, self._ledger, self._connections, self._presenter = registry, ledger, connections, presenter
        self._badges, self._units, self._welcome = badges, units, welcome
        self._admitted: dict[str, str] = {}
        self.on_outcome: list[Callable[[Outcome, Mapping[str, str]], None]] = []

    def handlers(self) -> Mapping[str, Handler]:
        """What points may call."""
        return {"hello": self._hello, "challenge": self._challenge, "present": self._present, "report": self._report}

    def admit(self, point: str, token_hash: str) -> None:
        """Expect this point with this token; an earlier token of the point is worth nothing any more."""
        self._admitted[point] = token_hash

    async def _hello(self, peer: Peer, body: bytes) -> Welcome:
        hello = _read(body, Hello)
        expected = self._admitted.get(hello.point, "")
        if not hmac.compare_digest(hashlib.sha256(hello.token.encode()).hexdigest(), expected):
            raise Refused("unauthenticated", f"{hello.point} did not show the token that it was started with.")
        welcome = self._welcome(hello.point)
        await self._connections.add(hello.point, peer)
        log.info("point connected", point=hello.point, uid=peer.uid)
        return welcome

    async def _challenge(self, peer: Peer, body: bytes) -> bytes:
        at = _read(body, AtReader)
        self._require_own(peer, at.door)
        return self._presenter.challenge(at.door, at.reader)

    async def _present(self, peer: Peer, body: bytes) -> Decision:
        at = _read(body, AtReader)
        self._require_own(peer, at.door)
        decision = await self._presenter.present(peer.name, at.door, at.reader, at.answer)
        return self._with_card(peer.name, decision)

    def _with_card(self, point: str, decision: Decision) -> Decision:
        """Only a point in front of a panel learns a card number, and only with a permit."""
        spec, card = self._registry.points.get(point), self._registry.card(decision.actor)
        if not decision.permit or spec is None or spec.type not in PANEL_TYPES or card is None:
            return decision
        return decision._replace(obligations={**decision.obligations, "card": presented(card.number)._asdict()})

    async def _report(self, peer: Peer, body: bytes) -> None:
        outcomes = _read(body, list[Outcome])
        self._require_known(peer)
        for outcome in outcomes:
            if outcome.door:
                self._require_own(peer, outcome.door)
            shown = self._badges.shown(outcome)
            record_outcome(self._ledger, peer.name, outcome, self._units(outcome.actor), shown)
            for told in self.on_outcome:
                told(outcome, shown)

    def _require_known(self, peer: Peer) -> None:
        if not self._connections.has(peer):
            raise Refused("unauthenticated", "Say hello first.")

    def _require_own(self, peer: Peer, door: str) -> None:
        # A point that has been taken over must not be able to speak for the doors of another.
        self._require_known(peer)
        spec = self._registry.points.get(peer.name)
        if spec is None or all(channel.door != door for channel in spec.channels):
            raise Refused("not_your_door", f"{door} is not a door of {peer.name}.")


def _read(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Invalid("malformed", f"The message cannot be read: {error}.") from None
