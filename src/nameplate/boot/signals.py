"""Wiring of shared signals: who hears those of a bridge, and who tells ours. Nothing is loaded before it is needed."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nameplate.bridges.ssf.configuration import MAX_EVENTS, PUSH, STATUSES, TEXT, metadata
from nameplate.bridges.ssf.configuration import MAX_TEXT as MAX_ADDRESS
from nameplate.bridges.ssf.offering import MAX_STATE, TooSoon
from nameplate.bridges.ssf.sets import MAX_BYTES, Refusal
from nameplate.bridges.ssf.transmitter import POLL
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import NotFound, Unavailable
from nameplate.domain.findings import Finding
from nameplate.domain.registry import Registry
from nameplate.ports.journal import JournalReader
from nameplate.ports.upstream import Follower

from .settings import Settings

if TYPE_CHECKING:
    from nameplate.bridges.ssf.offering import Offering
    from nameplate.bridges.ssf.receiver import Receiver
    from nameplate.bridges.ssf.seen import Seen

__all__ = [
    "MAX_ADDRESS",
    "MAX_BYTES",
    "MAX_EVENTS",
    "MAX_STATE",
    "POLL",
    "PUSH",
    "STATUSES",
    "TEXT",
    "Refusal",
    "Signals",
    "TooSoon",
    "metadata",
]

Build = Callable[[Bridge, bytes], Follower | None]


class Signals:
    """Both sides. Owned by the event loop of the managing process.

    `raise_finding` puts one on record; `signing_key` gives our private key for an algorithm (PEM).
    """

    def __init__(
        self,
        settings: Settings,
        cursors: Path,
        registry: Registry,
        node: str,
        journal: JournalReader,
        raise_finding: Callable[[Finding], Awaitable[None]],
        signing_key: Callable[[str], Awaitable[bytes]],
    ) -> None:
        self._settings, self._cursors, self._registry = settings, cursors, registry
        self._node, self._journal = node, journal
        self._raise, self._signing_key = raise_finding, signing_key
        self._receivers: dict[str, Receiver] = {}
        self._seen: dict[str, Seen] = {}
        self._offering: Offering | None = None

    def or_else(self, others: Build) -> Build:
        """What follows a bridge of any type: `others` for all but ours."""
        return lambda bridge, credential: (
            self._follower(bridge, credential) if bridge.type is BridgeType.SSF else others(bridge, credential)
        )

    async def run(self) -> None:
        """Go on with the streams of those who hear from us, if there are any; until cancelled."""
        import asyncio

        try:
            if self._streams.exists():
                await self.offering()
            await asyncio.Event().wait()
        finally:
            if self._offering is not None:
                await self._offering.end()
            for seen in self._seen.values():
                seen.close()

    def receiver(self, bridge: str) -> "Receiver":
        """Who takes the tokens of a bridge. Raises NotFound, Unavailable while it is being started."""
        declared = self._registry.bridges.get(bridge)
        if declared is None or declared.type is not BridgeType.SSF or not declared.option("issuer"):
            raise NotFound("bridge", "There is no such stream here.", "Declare it: `kind: Bridge`, `type: ssf`.")
        found = self._receivers.get(bridge)
        if found is None or found.bridge != declared:
            raise Unavailable("starting", "The bridge is being started.", "Send it again.")
        return found

    def hears(self, bridge: str) -> bool:
        """Whether that is a bridge that may have streams of ours."""
        declared = self._registry.bridges.get(bridge)
        return declared is not None and declared.type is BridgeType.SSF

    @property
    def issuer(self) -> str:
        """How our tokens name us: `signals.issuer`, else where we listen."""
        settings = self._settings
        scheme = "https" if settings.tls.certificate or settings.host not in {"127.0.0.1", "::1"} else "http"
        return settings.signals.issuer or f"{scheme}://{settings.host}:{settings.port}"

    async def offering(self) -> "Offering":
        """Our own transmitter, started when it is first needed."""
        if self._offering is None:
            from nameplate.bridges.ssf.offering import Offering
            from nameplate.bridges.ssf.signing import ES256, RS256, Signer
            from nameplate.bridges.ssf.streams import StreamFile, seal_key

            key, second = await self._signing_key(RS256), await self._signing_key(ES256)
            if self._offering is None:
                file = StreamFile(self._streams, seal_key(key))
                signer, bridges = Signer(self.issuer, key, second), self._registry.bridges
                self._offering = Offering(self._node, self._journal, file, signer, bridges, lambda: self._registry.seq)
                await self._offering.start()
        return self._offering

    @property
    def _streams(self) -> Path:
        return self._cursors / "signals.db"

    def _follower(self, bridge: Bridge, credential: bytes) -> Follower:
        from nameplate.bridges.ssf.follower import SsfFollower, Told
        from nameplate.bridges.ssf.keys import KeyCache
        from nameplate.bridges.ssf.receiver import Receiver
        from nameplate.bridges.ssf.seen import Seen
        from nameplate.bridges.ssf.transmitter import Transmitter
        from nameplate.bridges.ssf.web import Web

        def told() -> list[dict[str, Any]]:
            return self._offering.told(bridge.id) if self._offering else []

        self._receivers.pop(bridge.id, None)
        if not bridge.option("issuer"):
            return Told(told)
        web = Web(bridge.option("ca"), credential.decode("ascii", "replace").strip())
        transmitter = Transmitter(bridge.option("issuer"), bridge.url, web)
        if bridge.id not in self._seen:
            self._seen[bridge.id] = Seen(self._cursors / f"ssf-{bridge.id}.db")
        keys = KeyCache(transmitter.jwks, time.monotonic)
        receiver = Receiver(bridge, self._registry, keys, self._seen[bridge.id], self._raise)
        self._receivers[bridge.id] = receiver
        return SsfFollower(bridge, receiver, transmitter, self._raise, told)
