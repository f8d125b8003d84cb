"""What bars places whatever a contract says. Where nothing is declared or ordered it costs one look."""

from collections.abc import Iterable

from nameplate.domain.actors import Standing
from nameplate.domain.interlocks import Interlock
from nameplate.domain.lockdowns import Threat
from nameplate.domain.places import Zone
from nameplate.domain.verdicts import Reason, Verdict

from .interlocks import Interlocks
from .rows import Rows


class Barriers:
    """`active` while anything is in force. `tightened` counts what came into force: a permit on its way looks again."""

    __slots__ = ("_locked", "_threats", "_watched", "active", "burning", "interlocks", "tightened")

    def __init__(self) -> None:
        self._locked: dict[str, Verdict] = {}
        self._threats: dict[str, Threat] = {}
        self._watched: dict[str, Zone] = {}
        self.interlocks = Interlocks()
        self.burning: frozenset[str] = frozenset()
        self.active = False
        self.tightened = 0

    def lock(self, zone: str) -> None:
        """Nobody enters the zone from now on."""
        target = f"zone:{zone}"
        self._locked[target] = Verdict(False, Reason.LOCKDOWN, (Reason.LOCKDOWN, "zone"), target=target)
        self._changed(tightens=True)

    def unlock(self, zone: str) -> None:
        """The lockdown of a zone is over."""
        self._locked.pop(f"zone:{zone}", None)
        self._changed(tightens=False)

    def set_threat(self, site: str, level: Threat) -> None:
        """The threat level of a site."""
        tightens = level.rank > self._threats.pop(site, Threat.NORMAL).rank
        if level is not Threat.NORMAL:
            self._threats[site] = level
        self._changed(tightens=tightens)

    def set_fires(self, sites: Iterable[str]) -> None:
        """All sites that are on fire."""
        burning = frozenset(sites)
        tightens, self.burning = not burning <= self.burning, burning
        self._changed(tightens=tightens)

    def watch(self, zone: Zone) -> None:
        """Anti-passback of a zone, if it has any."""
        self._watched.pop(f"zone:{zone.id}", None)
        if zone.anti_passback:
            self._watched[f"zone:{zone.id}"] = zone
        self._changed(tightens=False)

    def forget(self, zone_id: str) -> None:
        """A zone is no longer declared: no anti-passback. Its lockdown stays."""
        self._watched.pop(f"zone:{zone_id}", None)
        self._changed(tightens=False)

    def put_interlock(self, interlock: Interlock) -> None:
        """Declare an interlock or replace it."""
        self.interlocks.put(interlock)
        self._changed(tightens=False)

    def drop_interlock(self, ident: str) -> None:
        """Forget an interlock."""
        self.interlocks.drop(ident)
        self._changed(tightens=False)

    def passed_back(self, target: str, standing: Standing, at: int) -> str:
        """`hard` or `soft` where the actor is inside that zone already, else nothing."""
        zone = self._watched.get(target)
        inside = zone is not None and zone.is_inside(standing.zone, standing.zone_at, at)
        return zone.anti_passback if zone is not None and inside else ""

    def locked(self, target: str) -> Verdict | None:
        """The refusal to enter a locked zone."""
        return self._locked.get(target)

    def level(self, site: str) -> Threat:
        """The threat level of a site."""
        return self._threats.get(site, Threat.NORMAL)

    def _changed(self, *, tightens: bool) -> None:
        self.active = bool(self._locked or self._threats or self._watched or self.burning or self.interlocks)
        self.tightened += tightens


def in_fire(contract: str, target: str) -> Verdict:
    """The refusal to enter at a site on fire."""
    return Verdict(False, Reason.FIRE, (Reason.FIRE,), contract, target=target)


def passed_back(target: str) -> Verdict:
    """The refusal of who is inside already."""
    return Verdict(False, Reason.ANTI_PASSBACK, (Reason.ANTI_PASSBACK,), target=target)


def noted(verdict: Verdict) -> Verdict:
    """A permit that soft anti-passback takes note of."""
    return verdict._replace(reasons=(*verdict.reasons, Reason.ANTI_PASSBACK))


def holding(rows: Rows, level: Threat) -> Rows:
    """The grants that hold at a threat level."""
    return tuple(row for row in rows if row.up_to >= level.rank)


def threatened(rows: Rows, action: str, level: Threat, contract: str, target: str) -> Verdict | None:
    """The refusal where grants match, but none of them holds at the threat level."""
    matching = [row for row in rows if action in row.actions]
    if not matching or any(row.up_to >= level.rank for row in matching):
        return None
    return Verdict(False, Reason.LOCKDOWN, (Reason.LOCKDOWN, f"threat_{level}"), contract, -1, target)
