"""The checks of one grant in their fixed order, and the verdicts that follow from them."""

from functools import lru_cache

from nameplate.domain.actors import Actor, Standing
from nameplate.domain.conditions import all_hold, any_holds
from nameplate.domain.networks import inside
from nameplate.domain.requests import AccessRequest
from nameplate.domain.sightings import Role
from nameplate.domain.verdicts import Reason, Verdict

from .rows import GUARDED, Rare, Row, Rows, Windows

CHECKS = (
    Reason.WINDOW,
    Reason.NETWORK,
    Reason.ENVIRONMENT,
    Reason.TASK,
    Reason.PAYLOAD,
    Reason.PRESENCE,
    Reason.NEARNESS,
    Reason.DUAL_CUSTODY,
    Reason.ESCORT,
    Reason.RATE,
    Reason.WHERE,
    Reason.UNLESS,
    Reason.APPROVAL_REQUIRED,
)
"""The order must never change: how far a grant got decides which reason is given."""

WINDOW, NETWORK, ENVIRONMENT, TASK, PAYLOAD, PRESENCE, NEARNESS, CUSTODY, ESCORT, RATE, WHERE, UNLESS, APPROVAL = range(
    len(CHECKS)
)
PASSED = len(CHECKS)

GRANTED = (Reason.GRANTED,)
WAY_OUT = (Reason.WAY_OUT,)
NOT_IN_CONTRACT = (Reason.NOT_IN_CONTRACT,)


def judge(
    rows: Rows, contract: str, resource: str, request: AccessRequest, who: tuple[Actor, Standing], mono: float
) -> Verdict:
    """The first row whose checks all pass permits; otherwise the row that got furthest says why not."""
    action = request.action
    failed, furthest, best = 0, -1, None
    for row in rows:
        if action in row.actions:
            check = first_failure(row, request, who, mono)
            if check == PASSED:
                return row.permit or _permit(row, contract)
            failed |= 1 << check
            if check > furthest:
                furthest, best = check, row
    if best is None:
        return Verdict(False, Reason.NOT_IN_CONTRACT, NOT_IN_CONTRACT, contract, -1, resource)
    return best.refusals.get(failed) or _refuse(best, contract, failed)


def first_failure(row: Row, request: AccessRequest, who: tuple[Actor, Standing], mono: float) -> int:
    """Position in CHECKS of the first check that fails, or PASSED."""
    windows, networks, environments, task_required, payloads, presence, near = row.conditions
    if windows is not None and not _is_open(windows, request.at):
        return WINDOW
    if networks is not None and (request.ip is None or not inside(request.ip, networks)):
        return NETWORK
    if environments is not None and request.environment not in environments:
        return ENVIRONMENT
    if task_required and not request.task:
        return TASK
    if payloads is not None and request.payload not in payloads:
        return PAYLOAD
    if not row.anywhere and request.presence != "reader" and not accepts(presence, request):
        return PRESENCE
    if near is not None and (request.distance_m is None or not 0 <= request.distance_m <= near):
        return NEARNESS
    return PASSED if row.rare is None else _rare_failure(row, request, who, mono)


def accepts(presence: str | None, request: AccessRequest) -> bool:
    """Whether a grant takes a request that did not come through a reader."""
    if presence is None:
        return not request.resource.startswith(GUARDED)
    return presence == "remote" == request.presence


def may_leave(rows: Rows, contract: str, request: AccessRequest) -> Verdict | None:
    """The permit of the first row that lets an actor out which stands inside: presence and who must agree hold it."""
    for row in rows:
        if request.action not in row.actions or (row.rare is not None and _holds_in(row.rare)):
            continue
        if request.presence == "reader" or accepts(row.conditions[5], request):
            return Verdict(True, Reason.WAY_OUT, WAY_OUT, contract, row.position, row.target)
    return None


def _holds_in(rare: Rare) -> bool:
    return rare.approvals > 0 or rare.custody is not None or rare.escort is not None


def _is_open(windows: Windows, at: int) -> bool:
    for calendar, week in windows:  # noqa: SIM110 - a plain loop: any() with a generator takes three times as long
        if calendar.is_open(week, at):
            return True
    return False


def _rare_failure(row: Row, request: AccessRequest, who: tuple[Actor, Standing], mono: float) -> int:
    rare = row.rare
    if rare is None:
        return PASSED
    if rare.custody is not None and not _somebody(rare, Role.CUSTODY, request, mono, rare.custody):
        return CUSTODY
    if rare.escort is not None and not _somebody(rare, Role.ESCORT, request, mono, rare.escort):
        return ESCORT
    if rare.rate is not None and rare.rate.is_exhausted(request.actor, mono):
        return RATE
    if not all_hold(rare.where, request, *who):
        return WHERE
    if any_holds(rare.unless, request, *who):
        return UNLESS
    return APPROVAL if rare.approvals > 0 else PASSED


def _somebody(rare: Rare, role: Role, request: AccessRequest, mono: float, within_s: float) -> bool:
    return rare.sightings.another((request.resource, request.reader, role), request.actor, mono, within_s)


def _permit(row: Row, contract: str) -> Verdict:
    row.permit = Verdict(True, Reason.GRANTED, GRANTED, contract, row.position, row.target)
    return row.permit


def _refuse(row: Row, contract: str, failed: int) -> Verdict:
    reasons = _reasons(failed)
    verdict = Verdict(False, reasons[0], reasons, contract, row.position, row.target)
    if not row.refusals:
        row.refusals = {}
    row.refusals[failed] = verdict
    return verdict


@lru_cache(maxsize=2048)
def _reasons(failed: int) -> tuple[Reason, ...]:
    """The failed checks, the furthest first."""
    return tuple(CHECKS[check] for check in reversed(range(len(CHECKS))) if failed >> check & 1)
