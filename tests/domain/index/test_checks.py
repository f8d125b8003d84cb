from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from nameplate.boot.timezones import transitions
from nameplate.domain import reference
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.contracts import Contract, Grant, Rate, Window
from nameplate.domain.contracts import Test as Line
from nameplate.domain.index.calendars import Timetable
from nameplate.domain.index.checks import CHECKS, PASSED, first_failure, judge, may_leave
from nameplate.domain.index.rows import CompiledContract, Compiler, Row, Rows
from nameplate.domain.networks import parse_address
from nameplate.domain.requests import AccessRequest
from nameplate.domain.sightings import Sightings
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.domain.windows import LocalTime
from tests.domain.index.worlds import MOMENTS

NOON = MOMENTS[4] + 6 * 3_600_000_000
WHO = (Actor("amr-1", ActorType.ROBOT, "clinic"), Standing(State.ACTIVE))
ALL = Grant(
    ("enter",),
    ("lift:l",),
    during=(Window((0,), 360, 1320, "Europe/Berlin"),),
    networks=(ip_network("10.0.0.0/8"),),
    environments=("lan",),
    task_required=True,
    payloads=("none",),
    near_m=4.0,
    rate=Rate(1, 60),
    where=(Line(("context", "v"), (1,)),),
    unless=(Line(("context", "w"), (1,)),),
)
FITS = AccessRequest(
    "amr-1",
    "enter",
    "lift:l",
    NOON,
    parse_address("10.0.0.1"),
    "lan",
    "t",
    presence="reader",
    distance_m=4.0,
    context={"v": 1},
)


def rows(*grants: Grant) -> Rows:
    contract = CompiledContract()
    contract.replace(
        Contract("k", grants, revision=1),
        Compiler(lambda name: LocalTime(transitions(name)), lambda _: Timetable(), Sightings()),
    )
    return contract.rows("lift:l")


def row(grant: Grant = ALL) -> Row:
    return rows(grant)[0]


def test_the_order_is_that_of_the_reference() -> None:
    assert tuple(reason for reason, _ in reference.CHECKS) == CHECKS


def test_a_request_that_fits_passes_all_checks() -> None:
    assert first_failure(row(), FITS, WHO, 0.0) == PASSED


SPOILT: list[tuple[str, dict[str, Any]]] = [
    ("window", {"at": NOON - 12 * 3_600_000_000}),
    ("network", {"ip": parse_address("11.0.0.1")}),
    ("network", {"ip": None}),
    ("environment", {"environment": "other"}),
    ("environment", {"environment": None}),
    ("task", {"task": ""}),
    ("task", {"task": None}),
    ("payload", {"payload": "acid"}),
    ("presence", {"presence": "remote"}),
    ("presence", {"presence": ""}),
    ("nearness", {"distance_m": 4.1}),
    ("nearness", {"distance_m": -0.1}),
    ("nearness", {"distance_m": None}),
    ("nearness", {"distance_m": float("nan")}),
    ("where", {"context": {}}),
    ("where", {"context": {"v": True}}),
    ("unless", {"context": {"v": 1, "w": 1}}),
]


@pytest.mark.parametrize(("reason", "spoilt"), SPOILT)
def test_one_thing_that_does_not_fit_fails_its_own_check(reason: str, spoilt: dict[str, Any]) -> None:
    assert CHECKS[first_failure(row(), FITS._replace(**spoilt), WHO, 0.0)] == reason


def test_each_check_stands_before_those_that_follow_it() -> None:
    request, found = FITS, []
    for reason, spoilt in reversed(SPOILT):
        request = request._replace(**spoilt)
        found.append(CHECKS[first_failure(row(), request, WHO, 0.0)] == reason)
    assert all(found)


def test_an_exhausted_rate_and_a_wanted_approval_fail_theirs() -> None:
    limited = row()
    assert limited.rare is not None
    assert limited.rare.rate is not None
    limited.rare.rate.count("amr-1", 0.0)
    assert CHECKS[first_failure(limited, FITS, WHO, 59.0)] is Reason.RATE
    assert CHECKS[first_failure(row(replace(ALL, approvals=1)), FITS, WHO, 0.0)] is Reason.APPROVAL_REQUIRED


def test_no_row_or_another_action_is_not_in_the_contract() -> None:
    refusal = Verdict(False, Reason.NOT_IN_CONTRACT, ("not_in_contract",), "k@1", -1, "lift:l")
    assert judge((), "k@1", "lift:l", FITS, WHO, 0.0) == refusal
    assert judge(rows(ALL), "k@1", "lift:l", FITS._replace(action="leave"), WHO, 0.0) == refusal


def test_the_reasons_of_all_rows_come_the_furthest_first_and_each_once() -> None:
    verdict = judge(
        rows(ALL, replace(ALL, near_m=1.0), replace(ALL, near_m=2.0)), "k@1", "lift:l", FITS._replace(ip=None), WHO, 0.0
    )
    assert (verdict.reasons, verdict.grant) == (("network",), 0)
    mixed = rows(ALL, replace(ALL, networks=(), near_m=1.0), replace(ALL, networks=(), near_m=2.0))
    verdict = judge(mixed, "k@1", "lift:l", FITS._replace(ip=None), WHO, 0.0)
    assert (verdict.reasons, verdict.grant) == (("nearness", "network"), 1)


def test_verdicts_are_made_once() -> None:
    some = rows(ALL)
    assert judge(some, "k@1", "lift:l", FITS, WHO, 0.0) is judge(some, "k@1", "lift:l", FITS, WHO, 0.0)
    late = FITS._replace(task=None)
    assert judge(some, "k@1", "lift:l", late, WHO, 0.0) is judge(some, "k@1", "lift:l", late, WHO, 0.0)
    other = rows(ALL)
    assert judge(other, "k@2", "lift:l", late, WHO, 0.0).contract == "k@2"


def test_only_presence_and_approval_hold_an_actor_in() -> None:
    spoilt = FITS._replace(at=0, ip=None, environment=None, task=None, payload="acid", distance_m=None, context={})
    verdict = may_leave(rows(ALL), "k@1", spoilt)
    assert verdict == Verdict(True, Reason.WAY_OUT, ("way_out",), "k@1", 0, "lift:l")
    assert may_leave(rows(ALL), "k@1", spoilt._replace(presence="remote")) is None
    assert may_leave(rows(replace(ALL, approvals=1)), "k@1", spoilt) is None
    assert may_leave(rows(ALL), "k@1", spoilt._replace(action="leave")) is None
    assert may_leave(rows(replace(ALL, presence="remote")), "k@1", spoilt._replace(presence="remote")) is not None
