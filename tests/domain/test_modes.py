"""What a point softens, and what no point ever does."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.boot.timezones import transitions
from nameplate.domain import reference
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.contracts import Contract, Grant, Window
from nameplate.domain.modes import MERITS, ORDER, Mode, Modes, mode_of, places, promoted, promoted_at
from nameplate.domain.places import Door, Reader, Site
from nameplate.domain.points import Exemption, Point
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import RULE_ERROR, Reason, Verdict, hardened
from tests.domain.index.worlds import MOMENTS, Dice, us, wall

MONDAY = MOMENTS[4]
FAR, PAST = date(2090, 1, 1), date(2001, 1, 1)
NIGHT = Window((0,), 0, 1, "UTC")
ASK = AccessRequest("amr-1", "enter", "door:d", MONDAY, presence="reader", reader="r1")
READ = AccessRequest("amr-1", "read", "app:x", MONDAY)

PATTERNS = ["door:d1", "door:d2", "door:d*", "door:*", "zone:a", "zone:*", "lift:l1", "app:x", "app:*", "host:*"]
NAMES = ["door:d1", "door:d2", "door:none", "zone:a", "zone:b", "lift:l1", "app:x", "app:y", "host:z", "api:q"]
patterns = st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3, unique=True).map(tuple)
days = st.sampled_from([FAR, FAR, PAST, date(2026, 11, 23)])
entries = st.lists(st.builds(Exemption, patterns, days), max_size=3).map(tuple)
points = st.builds(
    Point,
    id=st.just("pep"),
    type=st.just("authzen"),
    site=st.just("clinic"),
    default_mode=st.sampled_from(["enforce", "observe", "warn"]),
    observe=entries,
    warn=entries,
    enforce=st.just(()) | patterns,
    until=st.none() | days,
)


def registry(*grants: Grant, point: Point | None, state: State = State.ACTIVE, **site: str) -> Registry:
    found = Registry(
        sites={"clinic": Site("clinic", **site)},
        doors={"d": Door("d", "clinic", ("hall", "ward"), (Reader("r1", "hall"), Reader("r2", "ward")))},
        contracts={"c": Contract("c", grants, revision=1)},
        actors={"amr-1": Actor("amr-1", ActorType.ROBOT, "clinic", contract="c")},
        standings={"amr-1": Standing(state)},
    )
    if point:
        found.points[point.id] = point
    return found


def observing(**fields: object) -> Point:
    usual = {"default_mode": "observe", "until": FAR}
    return Point("pep", "authzen", "clinic", **(usual | fields))  # type: ignore[arg-type]


def softened(found: Registry, request: AccessRequest = ASK, point: str = "pep") -> Verdict:
    return Modes(found, transitions).soften(reference.decide(found, request, wall), request, point)


def test_a_refusal_on_the_merits_is_permitted_where_it_is_only_observed():
    verdict = softened(registry(Grant(("enter",), ("zone:ward",), during=(NIGHT,)), point=observing()))
    assert (verdict.permit, verdict.reason, verdict.reasons) == (True, "observed", ("observed", "window"))
    assert (verdict.contract, verdict.grant, verdict.target) == ("c@1", 0, "zone:ward")


def test_a_warned_permit_says_so_and_can_be_turned_back():
    found = registry(point=observing(default_mode="warn"))
    verdict = softened(found)
    assert (verdict.permit, verdict.reasons) == (True, ("warned", "not_in_contract"))
    assert hardened(verdict) == reference.decide(found, ASK, wall)
    assert hardened(hardened(verdict)) == hardened(verdict)


@pytest.mark.parametrize(
    "point",
    [
        None,
        Point("pep", "authzen", "clinic"),
        replace(observing(), id="other"),
        observing(until=None),
        observing(until=PAST),
        observing(enforce=("door:d",)),
        observing(enforce=("zone:ward",)),
        observing(observe=(Exemption(("door:*",), PAST),)),
        observing(default_mode="enforce", until=None, observe=(Exemption(("door:e", "zone:hall"), FAR),)),
    ],
)
def test_it_is_enforced_where_no_mode_in_force_covers_it(point):
    found = registry(point=point)
    assert softened(found) == reference.decide(found, ASK, wall)


def test_an_entry_may_name_the_door_or_the_zone_beyond():
    for name in ("door:d", "door:*", "zone:ward"):
        point = observing(default_mode="enforce", until=None, warn=(Exemption((name,), FAR),))
        assert softened(registry(point=point)).reason == "warned"


def test_the_end_is_midnight_at_the_site():
    day = date(2026, 11, 23)
    found = registry(point=observing(until=day), timezone="Asia/Kathmandu")
    begins = us(datetime(2026, 11, 22, 18, 15, tzinfo=UTC))
    assert softened(found, ASK._replace(at=begins - 1)).reason == "observed"
    assert softened(found, ASK._replace(at=begins)).reason == "not_in_contract"
    assert not softened(found, ASK._replace(at=-1)).permit


@pytest.mark.parametrize("state", [each for each in State if each is not State.ACTIVE])
def test_no_mode_softens_a_state(state):
    assert softened(registry(point=observing(), state=state)).reason == "state"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"standings": {"amr-1": Standing(State.ACTIVE, cut_off=5)}}, "cut_off"),
        ({"contracts": {}}, "contract_missing"),
        ({"contracts": {"c": Contract("c", (), expires=PAST)}}, "contract_expired"),
        ({"actors": {}}, "unknown_actor"),
        (
            {"doors": {"d": Door("d", "clinic", ("hall", "ward"), (Reader("r9", "hall"), Reader("r8", "ward")))}},
            "unknown_reader",
        ),
    ],
)
def test_no_mode_softens_what_comes_before_the_merits(change, reason):
    found = replace(registry(point=observing()), **change)
    assert softened(found, ASK._replace(credential_at=5)).reason == reason


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in MERITS])
def test_only_the_merits_are_softened(reason):
    verdict = Verdict(False, reason, (reason,), "c@1", -1, "zone:ward")
    assert Modes(registry(point=observing()), transitions).soften(verdict, ASK, "pep") is verdict


@pytest.mark.parametrize("resource", ["door:d", "door:none", "lift:l1"])
def test_nothing_physical_is_softened_for_a_request_over_the_network(resource):
    remote = Grant(("enter",), ("door:*", "lift:*", "zone:ward"), during=(NIGHT,), presence="remote")
    found = registry(remote, point=observing())
    assert not softened(found, ASK._replace(resource=resource, presence="remote")).permit
    assert softened(found, ASK._replace(resource=resource)).permit


@pytest.mark.parametrize(("presence", "permit"), [(None, True), ("remote", True), ("reader", False)])
def test_an_earlier_check_does_not_hide_that_presence_is_not_proven(presence, permit):
    found = registry(Grant(("read",), ("app:x",), during=(NIGHT,), presence=presence), point=observing())
    assert softened(found, READ).permit is permit


def test_a_grant_that_is_no_longer_there_softens_nothing():
    found = registry(Grant(("read",), ("app:x",), during=(NIGHT,)), point=observing())
    verdict = reference.decide(found, READ, wall)._replace(contract="c@9")
    assert Modes(found, transitions).soften(verdict, READ, "pep") is verdict


@settings(max_examples=200)
@given(st.integers(0, 2**32), points)
def test_a_softened_permit_needs_nothing_but_a_better_contract(seed, point):
    """The same request under a contract that grants it without conditions is permitted: only merits were in the way."""
    dice = Dice(seed)
    found = Registry(points={"pep": point})
    for table, draw in (("sites", dice.site), ("zones", dice.zone), ("doors", dice.door), ("contracts", dice.contract)):
        getattr(found, table).update({each.id: each for each in (draw(), draw())})
    actor, standing, request = dice.actor(), dice.standing(), dice.request()
    found.actors[actor.id], found.standings[actor.id] = actor, standing
    verdict = softened(found, request)
    before = reference.decide(found, request, wall)
    if verdict == before:
        return
    assert not before.permit
    assert before.reason in MERITS
    assert verdict.reasons == (verdict.reason, *before.reasons)
    assert hardened(verdict) == before
    names = (request.resource, *(f"zone:{zone}" for door in found.doors.values() for zone in door.joins))
    generous = Contract(actor.contract, (Grant((request.action,), names),), revision=99)
    assert reference.decide(replace(found, contracts={actor.contract: generous}), request, wall).permit


@given(points, st.sampled_from(NAMES), days)
def test_a_promotion_is_one_mode_stricter_everywhere_and_never_milder(point, name, today):
    def over(day):
        return day <= today

    before, after = mode_of(point, (name,), over), mode_of(promoted(point), (name,), over)
    assert after == ORDER[min(ORDER.index(before) + 1, 2)]


@given(points, st.sampled_from(PATTERNS), st.sampled_from(NAMES), days)
def test_a_promotion_of_one_place_is_never_milder_elsewhere(point, pattern, name, today):
    def over(day):
        return day <= today

    mode = mode_of(point, (pattern,), over)
    if mode is Mode.ENFORCE:
        return
    after = promoted_at(point, pattern, mode)
    assert ORDER.index(mode_of(after, (name,), over)) >= ORDER.index(mode_of(point, (name,), over))
    assert mode_of(after, (pattern,), over) == ORDER[ORDER.index(mode) + 1]


def test_promoting_until_all_is_enforced_leaves_nothing_behind():
    point = observing(observe=(Exemption(("app:x",), FAR),), warn=(Exemption(("app:*",), FAR),), enforce=("app:y",))
    assert promoted(promoted(point)) == Point("pep", "authzen", "clinic")
    one = observing(default_mode="enforce", until=None, observe=(Exemption(("app:x",), FAR),))
    warned = promoted_at(one, "app:x", Mode.OBSERVE)
    assert (warned.observe, warned.warn) == ((), (Exemption(("app:x",), FAR),))
    assert promoted_at(warned, "app:x", Mode.WARN) == Point("pep", "authzen", "clinic")


def test_the_places_of_a_point_are_those_that_it_names():
    point = observing(observe=(Exemption(("app:x", "app:y"), FAR),), warn=(Exemption(("api:*",), FAR),))
    assert list(places(point)) == [("app:x", "observe"), ("app:y", "observe"), ("api:*", "warn")]


def test_a_rule_that_forbids_is_a_merit():
    verdict = Verdict(False, Reason.RULE_FORBIDS, (Reason.RULE_FORBIDS, "no-visits"), "c@1", -1, "app:x")
    found = registry(Grant(("read",), ("app:x",)), point=observing())
    softened_verdict = Modes(found, transitions).soften(verdict, READ, "pep")
    assert softened_verdict.reasons == ("observed", "rule_forbids", "no-visits")
    assert hardened(softened_verdict) == verdict


def test_a_rule_that_went_wrong_is_never_softened():
    verdict = Verdict(False, Reason.RULE_FORBIDS, (Reason.RULE_FORBIDS, "broken", RULE_ERROR), "c@1", -1, "app:x")
    found = registry(Grant(("read",), ("app:x",)), point=observing())
    assert Modes(found, transitions).soften(verdict, READ, "pep") is verdict
