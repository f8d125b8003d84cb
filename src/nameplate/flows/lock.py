"""Orders over places: lock zones down and release them, set the threat level of a site. A bar is in force at once.

A lockdown is pushed to every point like a stop: a permit that was given and not used is withdrawn there.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nameplate.domain.errors import Invalid, NotFound, Refused
from nameplate.domain.lockdowns import Threat
from nameplate.domain.registry import Registry
from nameplate.domain.stops import Receipt, Stop, receipt_fields
from nameplate.ports.ledger import Ledger
from nameplate.ports.points import RECEIPT_TIMEOUT_S, Points, Told

ZONES_A_RECORD = 10_000
"""So that the record of a lockdown, however many zones it locks, is never too long for the journal."""


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Zones, or all of a site, and who wants it why. `by`: `uid:0`, `system`, ..."""

    by: str
    reason: str
    zones: tuple[str, ...] = ()
    site: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of an order: the places it reached. `ordered_at`: microseconds, UTC.

    `stop`: the id under which points were told of a lockdown, and what they answered.
    """

    places: tuple[str, ...]
    ordered_at: int
    recorded: bool
    stop: str = ""
    told: Told = field(default_factory=Told)


class Places:
    """Carries out orders over places. Owned by one event loop."""

    def __init__(
        self, registry: Registry, ledger: Ledger, points: Points, clock: Callable[[], int], new_id: Callable[[], str]
    ) -> None:
        self._registry, self._ledger, self._points, self._clock, self._new_id = registry, ledger, points, clock, new_id

    async def lock(self, order: PlaceOrder) -> Carried:
        """Nobody enters these zones any more: in force before anything is waited for. Raises NotFound and Refused."""
        zones, now = self._zones(order, set(self._registry.zones)), self._clock()
        stop = Stop(self._new_id(), (), None, now, order.reason, zones)
        records = (_zone_record("locked", batch, order) | {"stop": stop.id} for batch in _batches(zones))
        recording = [self._ledger.enforce(record) for record in records]
        pushed = self._points.push(stop, RECEIPT_TIMEOUT_S, lambda receipt: self._heard(stop, receipt))
        told, recorded = await asyncio.gather(pushed, asyncio.gather(*recording))
        return Carried(zones, now, all(recorded), stop.id, told)

    async def release(self, order: PlaceOrder) -> Carried:
        """Lift lockdowns: durable first. Zones that are not locked are an error, unless a whole site is meant."""
        locked = set(self._registry.lockdowns)
        if order.site:
            locked &= {zone.id for zone in self._registry.zones.values() if zone.site == order.site}
        zones, now = self._zones(order, locked), self._clock()
        for batch in _batches(zones):
            await self._ledger.commit(_zone_record("open", batch, order))
        return Carried(zones, now, recorded=True)

    async def set_threat(self, level: str, order: PlaceOrder) -> Carried:
        """The threat level of a site; a higher one is in force before anything is waited for."""
        _require_reason(order)
        if level not in list(Threat):
            raise Invalid("level", f"{level} is not a threat level.", f"Levels are {', '.join(Threat)}.")
        site, now, wanted = self._site(order.site), self._clock(), Threat(level)
        former = self._registry.threats[site].level if site in self._registry.threats else Threat.NORMAL
        record = {"kind": "threat", "site": site, "from": former, "to": wanted, "by": order.by, "reason": order.reason}
        if wanted.rank > former.rank:
            return Carried((site,), now, await self._ledger.enforce(record))
        await self._ledger.commit(record)
        return Carried((site,), now, recorded=True)

    def _heard(self, stop: Stop, receipt: Receipt) -> None:
        self._ledger.note({"kind": "receipt", **receipt_fields(receipt, stop)})

    def _zones(self, order: PlaceOrder, known: set[str]) -> tuple[str, ...]:
        _require_reason(order)
        if bool(order.zones) == bool(order.site):
            raise Invalid("zones", "An order names zones or a site, one of the two.", "Leave one out.")
        if order.site:
            self._site(order.site)
            inside = {zone.id for zone in self._registry.zones.values() if zone.site == order.site}
            zones = tuple(sorted(inside & known))
        else:
            zones = tuple(dict.fromkeys(order.zones))
        unknown = [zone for zone in zones if zone not in known]
        if unknown or not zones:
            named = f"{', '.join(unknown)}: no such zone" if unknown else "No zone matches"
            raise NotFound("zone", f"{named}.", "See `nameplate zone list`.")
        return zones

    def _site(self, site: str) -> str:
        """The site that is meant; it may be left out while there is only one."""
        sites = set(self._registry.sites) or {"default"}
        if not site and len(sites) == 1:
            return sites.pop()
        if site not in sites:
            raise NotFound("site", f"There is no site {site!r}.", f"Name one with --site: {', '.join(sorted(sites))}.")
        return site


def _require_reason(order: PlaceOrder) -> None:
    if not order.reason.strip():
        raise Refused("reason", "An order over a place needs a reason.", "Give one: it goes into the record.")


def _batches(zones: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(zones), ZONES_A_RECORD):
        yield zones[start : start + ZONES_A_RECORD]


def _zone_record(to: str, zones: tuple[str, ...], order: PlaceOrder) -> dict[str, object]:
    return {"kind": "zone_state", "to": to, "zones": list(zones), "by": order.by, "reason": order.reason}
