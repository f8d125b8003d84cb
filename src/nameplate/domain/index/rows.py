"""Contracts compiled for lookup by resource. A row is one grant, as it applies to one resource."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from nameplate.domain.contracts import Contract, During, Grant, Network, Test, Window
from nameplate.domain.networks import Span, spans
from nameplate.domain.rates import RateLog
from nameplate.domain.sightings import Sightings
from nameplate.domain.verdicts import Verdict
from nameplate.domain.windows import LocalTime, week_map

from .calendars import ALL_WEEK, Excepted, Hours, Timetable

Windows = tuple[tuple[Hours, bytes], ...]
Names = frozenset[str]
# windows, networks, environments, task required, payloads, presence, nearness: a plain tuple, since it is unpacked
# in every decision. None is no condition.
Conditions = tuple[Windows | None, tuple[Span, ...] | None, Names | None, bool, Names | None, str | None, float | None]

_Texts = tuple[str, ...]
_Stated = tuple[tuple[During, ...], tuple[Network, ...], _Texts, bool, _Texts, str | None, float | None]

GUARDED = ("door:", "lift:")
"""Where presence at a reader is the default condition."""

_NONE: dict[int, Verdict] = {}
_CACHED = 4096
_RESOLVED = 256


class Rare:
    """Conditions that few grants carry."""

    __slots__ = ("approvals", "custody", "escort", "rate", "sightings", "unless", "where")

    def __init__(self, grant: Grant, rate: RateLog | None, sightings: Sightings) -> None:
        self.custody, self.escort, self.sightings = grant.custody_s, grant.escort_s, sightings
        self.rate = rate
        self.where: tuple[Test, ...] = grant.where
        self.unless: tuple[Test, ...] = grant.unless
        self.approvals = grant.approvals


class Row:
    """A grant at one resource. Its verdicts are made once and shared: `permit`, and `refusals` by the checks failed.

    `up_to`: rank of the highest threat level at which it holds.
    `anywhere`: presence is no condition, however the row is reached (a zone can be reached through a door).
    """

    __slots__ = ("actions", "anywhere", "conditions", "permit", "position", "rare", "refusals", "target", "up_to")

    def __init__(
        self,
        position: int,
        actions: tuple[str, ...],
        target: str,
        conditions: Conditions,
        rare: Rare | None,
        up_to: int,
    ) -> None:
        self.position = position
        self.up_to = up_to
        self.actions = actions
        self.target = target
        self.conditions = conditions
        self.rare = rare
        self.anywhere = conditions[5] is None and not target.startswith((*GUARDED, "zone:"))
        self.permit: Verdict | None = None
        self.refusals = _NONE

    def at(self, resource: str) -> "Row":
        """The same grant at another resource."""
        return Row(self.position, self.actions, resource, self.conditions, self.rare, self.up_to)


Rows = tuple[Row, ...]


class CompiledContract:
    """A contract by resource. Actors share it, so a new revision is put in place here and holds for all at once."""

    __slots__ = ("_exact", "_prefixes", "_resolved", "declared", "expires", "name", "rates")

    def __init__(self) -> None:
        self.withdraw()

    def withdraw(self) -> None:
        """Leave nothing: what its actors get is contract_missing."""
        self.declared = False
        self.name = ""
        self.expires: date | None = None
        self.rates: Mapping[int, tuple[Grant, RateLog]] = MappingProxyType({})
        self._exact: dict[str, Rows] = {}
        self._prefixes: Rows = ()
        self._resolved: dict[str, Rows] | None = None

    def replace(self, contract: Contract, compiler: "Compiler") -> None:
        """Take over a revision. A grant that it repeats unchanged keeps its count of permits."""
        rates = _rates(contract, self.rates)
        exact, prefixes = compiler.rows(contract, rates)
        self.declared, self.name, self.expires, self.rates = True, contract.name, contract.expires, rates
        self._exact, self._prefixes, self._resolved = exact, prefixes, None

    def rows(self, resource: str) -> Rows:
        """The grants that name `resource`, in contract order."""
        rows = self._exact.get(resource)
        if rows is None:
            return self._by_prefix(resource) if self._prefixes else ()
        return rows

    def _by_prefix(self, resource: str) -> Rows:
        if self._resolved is None or len(self._resolved) >= _RESOLVED:
            self._resolved = {}
        rows = self._resolved.get(resource)
        if rows is None:
            rows = _in_order([row.at(resource) for row in self._prefixes if resource.startswith(row.target)])
            if rows:
                self._resolved[resource] = rows
        return rows


class Compiler:
    """Compiles contracts. Equal parts (windows, networks, whole conditions) become one object, whoever uses them."""

    def __init__(
        self, local: Callable[[str], LocalTime], timetable: Callable[[str], Timetable], sightings: Sightings
    ) -> None:
        self._local, self._timetable, self._sightings = local, timetable, sightings
        self._conditions = lru_cache(_CACHED)(self._compile_conditions)
        self._windows = lru_cache(_CACHED)(self._compile_windows)
        self._spans = lru_cache(_CACHED)(spans)
        self._names = lru_cache(_CACHED)(frozenset[str])

    def rows(self, contract: Contract, rates: Mapping[int, tuple[Grant, RateLog]]) -> tuple[dict[str, Rows], Rows]:
        """Rows by the resource they name, and those that name a prefix (their target is the prefix, without `*`)."""
        exact: dict[str, list[Row]] = {}
        prefixes: list[Row] = []
        for position, grant in enumerate(contract.grants):
            conditions, rare = self._conditions(_stated(grant)), _rare(grant, rates.get(position), self._sightings)
            for resource in grant.resources:
                target = resource.removesuffix("*")
                row = Row(position, grant.actions, target, conditions, rare, grant.up_to.rank)
                (exact.setdefault(target, []) if target == resource else prefixes).append(row)
        for resource, rows in exact.items():
            rows += [row.at(resource) for row in prefixes if resource.startswith(row.target)]
        return {resource: _in_order(rows) for resource, rows in exact.items()}, tuple(prefixes)

    def _compile_conditions(self, stated: _Stated) -> Conditions:
        during, networks, environments, task_required, payloads, presence, near = stated
        return (
            self._windows(during) if during else None,
            self._spans(networks) if networks else None,
            self._names(environments) if environments else None,
            task_required,
            self._names(payloads) if payloads else None,
            presence,
            near,
        )

    def _compile_windows(self, during: tuple[During, ...]) -> Windows:
        weekly = [each for each in during if isinstance(each, Window)]
        shared = dict.fromkeys((window.timezone, window.exceptions) for window in weekly)
        found: list[tuple[Hours, bytes]] = [
            (
                self._excepted(self._local(zone), exceptions),
                week_map(each for each in weekly if (each.timezone, each.exceptions) == (zone, exceptions)),
            )
            for zone, exceptions in shared
        ]
        named = [each for each in during if not isinstance(each, Window)]
        found += [(self._excepted(self._timetable(each.schedule), each.exceptions), ALL_WEEK) for each in named]
        return tuple(found)

    def _excepted(self, hours: Hours, exceptions: tuple[str, ...]) -> Hours:
        return Excepted(hours, tuple(map(self._timetable, exceptions))) if exceptions else hours


def _stated(grant: Grant) -> _Stated:
    """The frequent conditions of a grant, as they can be shared by equality."""
    of_where = (grant.during, grant.networks, grant.environments)
    return (*of_where, grant.task_required, grant.payloads, grant.presence, grant.near_m)


def _rare(grant: Grant, rated: tuple[Grant, RateLog] | None, sightings: Sightings) -> Rare | None:
    # Never shared by equality: a test for true and one for 1 are equal to Python, and not the same condition.
    together = grant.custody_s is not None or grant.escort_s is not None
    if rated or together or grant.where or grant.unless or grant.approvals:
        return Rare(grant, rated[1] if rated else None, sightings)
    return None


def _rates(contract: Contract, former: Mapping[int, tuple[Grant, RateLog]]) -> dict[int, tuple[Grant, RateLog]]:
    kept = list(former.values())
    rates: dict[int, tuple[Grant, RateLog]] = {}
    for position, grant in enumerate(contract.grants):
        if grant.rate is not None:
            place = next((place for place, (old, _) in enumerate(kept) if old == grant), None)
            rates[position] = (grant, RateLog(grant.rate) if place is None else kept.pop(place)[1])
    return rates


def _in_order(rows: Sequence[Row]) -> Rows:
    """Rows in contract order, each grant once."""
    if len(rows) < 2:
        return tuple(rows)
    return tuple(row for _, row in sorted({row.position: row for row in rows}.items()))


def merged(zone: Rows, door: Rows) -> Rows:
    """Grants that name the zone or the door, in contract order; one that names both is judged for the zone."""
    if not door or not zone:
        return zone or door
    by_position = {row.position: row for row in (*door, *zone)}
    return tuple(row for _, row in sorted(by_position.items()))
