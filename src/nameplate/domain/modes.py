"""Staged rollout: what a point only observes or warns of, and which refusals that may soften at all."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from enum import StrEnum

from .contracts import Grant
from .index.rows import GUARDED
from .points import Exemption, Point
from .registry import Registry
from .requests import AccessRequest
from .verdicts import RULE_ERROR, Reason, Verdict
from .windows import LocalTime, Transitions


class Mode(StrEnum):
    """What a point does about a refusal, from the mildest to the strictest."""

    OBSERVE = "observe"
    WARN = "warn"
    ENFORCE = "enforce"


ORDER = tuple(Mode)
MERITS = frozenset(
    (
        Reason.NOT_IN_CONTRACT,
        Reason.WINDOW,
        Reason.NETWORK,
        Reason.ENVIRONMENT,
        Reason.TASK,
        Reason.PAYLOAD,
        Reason.NEARNESS,
        Reason.RATE,
        Reason.WHERE,
        Reason.UNLESS,
        Reason.RULE_FORBIDS,
        Reason.APPROVAL_REQUIRED,
    )
)
"""Refusals on the merits of a request. No other one is ever softened: not who asks, its state, its credential, a
cut-off, a lockdown, a contract that is missing or over, presence that is not proven, or a rule that went wrong."""

SOFTENED = {Mode.OBSERVE: Reason.OBSERVED, Mode.WARN: Reason.WARNED}
IsOver = Callable[[date], bool]


class Modes:
    """Softens refusals where a point says so. `registry` is looked at anew each time; for one thread."""

    def __init__(self, registry: Registry, transitions: Callable[[str], Transitions]) -> None:
        self._registry, self._transitions = registry, transitions
        self._calendars: dict[str, LocalTime] = {}

    def soften(self, verdict: Verdict, request: AccessRequest, point_id: str) -> Verdict:
        """The verdict, or the permit that the mode of that place makes of it; `reasons` keeps what it would have been.

        A point that is not declared, or that declares no mode, changes nothing.
        """
        point = self._registry.points.get(point_id)
        if point is None or verdict.permit or not _softens(point):
            return verdict
        if verdict.reason not in MERITS or RULE_ERROR in verdict.reasons:
            return verdict
        mode = mode_of(point, (request.resource, verdict.target), lambda day: self._is_over(point, day, request.at))
        if mode is Mode.ENFORCE or not _is_present(self._grant(verdict), verdict, request):
            return verdict
        reason = SOFTENED[mode]
        return verdict._replace(permit=True, reason=reason, reasons=(reason, *verdict.reasons))

    def _is_over(self, point: Point, day: date, at: int) -> bool:
        name = self._registry.site(point.site).timezone
        calendar = self._calendars.get(name)
        if calendar is None:
            calendar = self._calendars[name] = LocalTime(self._transitions(name))
        return calendar.has_reached(day, at)

    def _grant(self, verdict: Verdict) -> Grant | None:
        contract = self._registry.contracts.get(verdict.contract.rpartition("@")[0])
        known = contract is not None and contract.name == verdict.contract and 0 <= verdict.grant < len(contract.grants)
        return contract.grants[verdict.grant] if contract is not None and known else None


def mode_of(point: Point, names: tuple[str, ...], is_over: IsOver) -> Mode:
    """The mode in which `point` treats a resource, under any of its `names`.

    Of several entries that cover it the strictest counts, one that is over as `enforce`; without any, the default.
    """
    found = [Mode.ENFORCE] if covers(point.enforce, names) else []
    for mode, entries in ((Mode.OBSERVE, point.observe), (Mode.WARN, point.warn)):
        found += [Mode.ENFORCE if is_over(each.until) else mode for each in entries if covers(each.resources, names)]
    if found:
        return max(found, key=ORDER.index)
    over = point.until is None or is_over(point.until)
    return Mode.ENFORCE if over else Mode(point.default_mode)


def places(point: Point) -> Iterator[tuple[str, Mode]]:
    """The patterns for which the point names a mode that can be promoted, each with it."""
    for mode, entries in ((Mode.OBSERVE, point.observe), (Mode.WARN, point.warn)):
        yield from ((resource, mode) for each in entries for resource in each.resources)


def promoted(point: Point) -> Point:
    """The point with everything one mode stricter: observe becomes warn, warn becomes enforce."""
    default = _next(Mode(point.default_mode))
    until = None if default is Mode.ENFORCE else point.until
    enforced = tuple(dict.fromkeys((*point.enforce, *(name for each in point.warn for name in each.resources))))
    # Where nothing is softened any more, nothing needs to be named.
    kept = enforced if point.observe or default is not Mode.ENFORCE else ()
    return replace(point, default_mode=default.value, until=until, observe=(), warn=point.observe, enforce=kept)


def promoted_at(point: Point, resource: str, mode: Mode) -> Point:
    """The point with `resource` alone, where `mode` holds now, one mode stricter. `resource` may end in `*`."""
    observe, warn = _without(point.observe, resource), _without(point.warn, resource)
    enforce = tuple(dict.fromkeys((*point.enforce, resource)))
    if mode is Mode.OBSERVE:
        until = min((each.until for each in point.observe if covers(each.resources, (resource,))), default=point.until)
        # Without an end it would never be observed, but enforced: see `mode_of`.
        added = (Exemption((resource,), until),) if until else ()
        return replace(point, observe=observe, warn=(*warn, *added))
    if point.default_mode == Mode.ENFORCE and not observe and not warn:
        enforce = ()
    return replace(point, observe=observe, warn=warn, enforce=enforce)


def _without(entries: tuple[Exemption, ...], resource: str) -> tuple[Exemption, ...]:
    left = (replace(each, resources=tuple(name for name in each.resources if name != resource)) for each in entries)
    return tuple(each for each in left if each.resources)


def _next(mode: Mode) -> Mode:
    return ORDER[min(ORDER.index(mode) + 1, len(ORDER) - 1)]


def _softens(point: Point) -> bool:
    return bool(point.observe or point.warn or point.default_mode != Mode.ENFORCE)


def covers(patterns: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Whether one of the patterns, which may end in `*`, covers one of the names."""
    return any(
        name and (name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern)
        for pattern in patterns
        for name in names
    )


def _is_present(grant: Grant | None, verdict: Verdict, request: AccessRequest) -> bool:
    """Whether presence is no issue: a refusal of an earlier check may hide one for want of presence.

    Nothing physical is ever softened for a request that came over the network.
    """
    if request.presence == "reader":
        return True
    if request.resource.startswith(GUARDED) or (grant is None and verdict.grant >= 0):
        return False
    return grant is None or grant.presence in (None, "remote")
