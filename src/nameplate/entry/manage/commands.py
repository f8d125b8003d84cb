"""Commands to the deciding process."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nameplate.boot import bus
from nameplate.domain.feeds import PanelEvent
from nameplate.domain.findings import Finding
from nameplate.domain.links import (
    ActorsNoticed,
    Applied,
    BridgeHeard,
    Declaration,
    Found,
    Noticed,
    PanelTold,
    PeopleNoticed,
    PlanGiven,
    ServerPair,
    SignedIn,
    SignIn,
    SignOut,
    Status,
)
from nameplate.domain.notices import ActorNotice, Effect, PersonNotice
from nameplate.flows.project import Projection
from nameplate.ports.bus import Peer


class Commands:
    """One connection, made anew when it is gone. Plans are put in force one after the other."""

    def __init__(self, socket: Path, projection: Projection) -> None:
        self._socket, self._projection = socket, projection
        self._peer: Peer | None = None
        self.planning = asyncio.Lock()

    async def declare(self, changes: list[dict[str, Any]], by: str, planned_at: int) -> int:
        """Put a plan in force and wait until it can be read here; returns the record's sequence number.

        `planned_at`: the last record that the plan knows of. Raises Conflict when something was declared since.
        """
        peer = await self._connected()
        applied = await peer.call("declare", Declaration(changes, by, planned_at), Applied)
        await self._projection.reach(applied.seq)
        return applied.seq

    async def connected_points(self) -> frozenset[str]:
        """Names of the points that are connected to the deciding process."""
        peer = await self._connected()
        return frozenset((await peer.call("status", None, Status)).connected)

    async def panels_told(self, events: Sequence[PanelEvent]) -> None:
        """What panels tell, to be held against what was decided."""
        peer = await self._connected()
        await peer.call("panels_told", PanelTold(list(events)), type(None))

    async def actors_noticed(self, bridge: str, notices: Sequence[ActorNotice]) -> tuple[Effect, ...]:
        """What a bridge says of actors; whoever must stop has stopped when this returns. A few hundred at a time."""
        peer = await self._connected()
        return (await peer.call("actors_noticed", ActorsNoticed(bridge, tuple(notices)), Noticed)).effects

    async def people_noticed(self, notices: Sequence[PersonNotice]) -> tuple[Effect, ...]:
        """What bridges say of people; the effects name them by pseudonym."""
        peer = await self._connected()
        return (await peer.call("people_noticed", PeopleNoticed(tuple(notices)), Noticed)).effects

    async def bridge_heard(self, bridge: str, age_s: float = 0.0) -> None:
        """A bridge has told all that it knew `age_s` seconds ago: its lease begins anew."""
        peer = await self._connected()
        await peer.call("bridge_heard", BridgeHeard(bridge, age_s), type(None))

    async def raise_finding(self, finding: Finding) -> None:
        """Put on record what somebody should look at."""
        peer = await self._connected()
        await peer.call("found", Found(finding), type(None))

    async def plan_given(self, given: PlanGiven) -> None:
        """Put on record which plan a site has; raises NotFound for a site that is not declared."""
        peer = await self._connected()
        await peer.call("plan_given", given, type(None))

    async def proposed_manifests(self, proposal: str) -> bytes:
        """The request that wants to apply manifests, as it was proposed; raises NotFound for any other."""
        peer = await self._connected()
        return await peer.call("proposed_manifests", proposal, bytes)

    async def signing_key(self, alg: str) -> bytes:
        """The private key of our own signals for `alg` (PEM), made on first use. Never to be shown."""
        peer = await self._connected()
        return await peer.call("signing_key", alg, bytes)

    async def sign_in(self, asked: SignIn) -> SignedIn:
        """Begin the session of a person for whom a provider vouches; raises Refused."""
        peer = await self._connected()
        return await peer.call("sign_in", asked, SignedIn)

    async def sign_out(self, bridge: str, subject: str, session: str) -> int:
        """End the sessions of somebody who has signed out at a provider; how many that were."""
        peer = await self._connected()
        return await peer.call("sign_out", SignOut(bridge, subject, session), int)

    async def credential(self, name: str) -> bytes:
        """A credential that a declared sink names; raises Refused, and NotFound while it is not stored."""
        peer = await self._connected()
        return await peer.call("credential", name, bytes)

    async def server_pair(self) -> ServerPair:
        """What the server shows over TLS; raises Refused where no feed needs it, Invalid where there is none."""
        peer = await self._connected()
        return await peer.call("server_pair", None, ServerPair)

    async def _connected(self) -> Peer:
        if self._peer is None or self._peer.closed.is_set():
            self._peer = await bus.dial(self._socket)
        return self._peer
