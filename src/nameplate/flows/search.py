"""who, on what, doing what? -> record -> candidates, one after another as if they were asked about -> a page."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from nameplate.domain.asked import Asked
from nameplate.domain.errors import Unavailable
from nameplate.domain.known import actions, resources
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Verdict
from nameplate.ports.ledger import Ledger

SLICE_S = 0.001
"""How long a search keeps decisions waiting at a time."""
MAX_WORK = 20_000
"""How many candidates a page looks at before it is given as it is."""
MAX_WAITING = 32
_CONTRACTS_A_SLICE = 100


class Weigh(Protocol):
    """The verdict on a request of a point now, without any effect."""

    def __call__(self, request: AccessRequest, point: str, mono: float) -> Verdict: ...


class Wanted(NamedTuple):
    """`what` is searched for: `subject`, `resource` or `action`. `request` holds all the rest; `kind`: of resources.

    Candidates after `after` count. The first page is recorded. `hopeless`: it is certain that nothing is permitted.
    """

    what: str
    request: AccessRequest
    kind: str
    asked: Asked
    after: str = ""
    limit: int = 1_000
    first: bool = True
    hopeless: bool = False


class Found(NamedTuple):
    """The names that were found in their order, and the last candidate looked at; empty where there are no more."""

    names: list[str]
    last: str


class Searcher:
    """Answers one search after the other, in slices. Owned by one event loop. `monotonic`: seconds."""

    def __init__(self, registry: Registry, ledger: Ledger, weigh: Weigh, monotonic: Callable[[], float]) -> None:
        self._registry, self._ledger, self._weigh, self._monotonic = registry, ledger, weigh, monotonic
        self._turn, self._waiting = asyncio.Lock(), 0
        self._actors: list[str] = []
        self._resources: dict[str, list[str]] | None = None
        self._changes = 0

    def touched(self, touched: Touched) -> None:
        """Something has changed: names may have come or gone."""
        if touched.kind in {"Contract", "Zone", "Door"}:
            self._resources = None
            self._changes += 1

    async def search(self, wanted: Wanted) -> Found:
        """One page. Raises JournalUnavailable where it cannot be recorded, Unavailable where too many wait."""
        if self._waiting >= MAX_WAITING:
            raise Unavailable("searches", "Too many searches are waiting.", "Try again in a moment.")
        self._waiting += 1
        try:
            if wanted.first:
                await self._record(wanted)
            async with self._turn:
                return await self._page(wanted, await self._candidates(wanted))
        finally:
            self._waiting -= 1

    async def _record(self, wanted: Wanted) -> None:
        request, what = wanted.request, wanted.what
        record: dict[str, Any] = {"kind": "search", "point": wanted.asked.point, "what": what}
        record |= {} if what == "subject" else {"actor": request.actor}
        record |= {} if what == "action" else {"action": request.action}
        record |= {"resource": f"{wanted.kind}:*" if what == "resource" else request.resource}
        if wanted.asked.request_id:
            record["request_id"] = wanted.asked.request_id
        trace_id, parent, sampled = wanted.asked.trace
        if trace_id:
            record |= {"trace_id": trace_id, "parent_span_id": parent} | ({"sampled": True} if sampled else {})
        await self._ledger.commit(record)

    async def _page(self, wanted: Wanted, candidates: Sequence[str]) -> Found:
        names: list[str] = []
        start = bisect_right(candidates, wanted.after) if wanted.after else 0
        end, slice_ends = start + MAX_WORK, self._monotonic() + SLICE_S
        for place in range(start, min(end, len(candidates))):
            candidate, now = candidates[place], self._monotonic()
            if now > slice_ends:
                await asyncio.sleep(0)
                slice_ends = self._monotonic() + SLICE_S
            if self._weigh(_asked(wanted, candidate), wanted.asked.point, now).permit:
                names.append(candidate)
            if len(names) == wanted.limit:
                return Found(names, candidate if place + 1 < len(candidates) else "")
        return Found(names, candidates[end - 1] if end < len(candidates) else "")

    async def _candidates(self, wanted: Wanted) -> Sequence[str]:
        actor = self._registry.actors.get(wanted.request.actor)
        if wanted.hopeless or (actor is None and wanted.what != "subject"):
            return ()
        if wanted.what == "subject":
            # Actors are never deleted: as many as before are the same.
            if len(self._actors) != len(self._registry.actors):
                self._actors = sorted(self._registry.actors)
            return self._actors
        if wanted.what == "resource":
            return (await self._known()).get(wanted.kind, ())
        contract = self._registry.contracts.get(actor.contract) if actor else None
        return sorted(actions([contract] if contract else []))

    async def _known(self) -> dict[str, list[str]]:
        """Ids by kind of resource, sorted."""
        if self._resources is not None:
            return self._resources
        changes = self._changes
        names = {f"zone:{ident}" for ident in self._registry.zones}
        names |= {f"door:{ident}" for ident in self._registry.doors}
        for number, contract in enumerate(list(self._registry.contracts.values())):
            names.update(resources(contract))
            if number % _CONTRACTS_A_SLICE == 0:
                await asyncio.sleep(0)
        found: dict[str, list[str]] = {}
        for name in sorted(names):
            kind, _, ident = name.partition(":")
            found.setdefault(kind, []).append(ident)
        # Not if something came or went while others had their turn, nor if whoever asked is gone.
        self._resources = found if changes == self._changes else None
        return found


def _asked(wanted: Wanted, candidate: str) -> AccessRequest:
    """The question about one candidate, just as an evaluation would ask it."""
    if wanted.what == "subject":
        return wanted.request._replace(actor=candidate)
    if wanted.what == "resource":
        return wanted.request._replace(resource=f"{wanted.kind}:{candidate}")
    return wanted.request._replace(action=candidate)
