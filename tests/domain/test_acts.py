"""The table of acts: whole, and careful with whatever it does not know."""

import pytest

from nameplate.domain.acts import ACTS, ALL, UNKNOWN, act_named, act_of, allowed, may_approve
from nameplate.domain.bridges import Role
from nameplate.entry.decide.described import OPERATIONS
from tests.house.test_acts import manage_routes

OPEN = """
GET /healthz, POST /healthz, GET /readyz, GET /metrics, GET /.well-known/authzen-configuration,
POST /access/v1/evaluation, POST /access/v1/evaluations, POST /access/v1/search/subject,
POST /access/v1/search/resource, POST /access/v1/search/action, POST /v1/doors/{door}/open,
POST /v1/feeds/{feed}/events, POST /v1/enrolments, * /scim/v2/**, * /ssf/**, GET /.well-known/ssf-configuration,
GET /console/static/**, GET /console/sign-in, GET /console/sign-in/**, POST /console/sign-in/**, POST /console/sign-out,
POST /v1/signin/challenge, POST /v1/signin, POST /device/authorization, POST /device/token,
POST /v1/first-owner/challenge, POST /v1/first-owner
"""
"""What is answered to strangers. Who adds to it says here why it may be: nothing is in it that changes anything."""


def test_only_these_are_answered_to_whoever_comes():
    assert sorted(route for route, act in ACTS.items() if act.open) == sorted(
        OPEN.replace("\n", " ").strip().split(", ")
    )


def test_every_route_of_both_processes_is_in_the_table():
    known = [(each.method, each.path) for each in OPERATIONS] + manage_routes()
    assert [route for route in known if act_of(*route) is UNKNOWN] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("DELETE", "/v1/actors"),
        ("get", "/v1/actors"),
        ("POST", "/v1/apply/"),
        ("POST", "//v1/apply"),
        ("POST", "/V1/apply"),
        ("POST", "/v1/actors/a/b/enrolment"),
        ("POST", "/v1/actors//enrolment"),
        ("POST", "/scim/v3/Users"),
        ("POST", "/scim/v2"),
        ("GET", "/console/static\n/x"),
    ],
)
def test_what_is_written_in_another_way_is_not_known(method, path):
    act = act_of(method, path)
    assert act is UNKNOWN
    assert [role for role in Role if allowed(act, {role})] == [Role.OWNER]
    assert act.risky


def test_risky_acts_have_approvers_and_the_others_have_none():
    for route, act in ACTS.items():
        assert act.risky == bool(act.approvers), route
        assert Role.AUDITOR not in act.approvers, route
        assert not (act.risky and act.open), route


def test_stops_are_not_risky_and_what_lifts_one_is():
    orders = ACTS["POST /v1/orders"]
    for order in ("suspend", "repair", "transfer", "quarantine", "retire"):
        assert not orders.given({"order": order}).risky
    for body in ({"order": "activate"}, {}, {"order": 1}, {"order": ["suspend"]}, {"order": "Suspend"}):
        assert orders.given(body).risky
    threat = ACTS["POST /v1/sites/threat"]
    assert not threat.given({"level": "severe"}).risky
    assert threat.given({"level": "high"}).risky


@pytest.mark.parametrize("route", [route for route, act in ACTS.items() if not act.own and not act.open])
def test_an_auditor_changes_nothing(route):
    act = ACTS[route]
    reads = route.startswith("GET ") or act.roles == ALL
    assert allowed(act, {Role.AUDITOR}) == reads
    assert allowed(act, {Role.AUDITOR, Role.OWNER}) == reads
    assert not may_approve(act, {Role.AUDITOR, Role.OWNER})


def test_acts_are_found_by_the_name_on_record():
    assert act_named("point_token").approvers == {Role.SECURITY, Role.OWNER}
    assert act_named("no such act") is UNKNOWN


def test_whoever_may_look_at_a_plan_may_not_give_one():
    show, give = act_of("GET", "/v1/sites/clinic/plan"), act_of("POST", "/v1/sites/clinic/plan")
    assert {role for role in Role if allowed(show, {role})} == ALL
    assert {role for role in Role if allowed(give, {role})} == ALL - {Role.VIEWER, Role.AUDITOR}
    assert not give.risky
