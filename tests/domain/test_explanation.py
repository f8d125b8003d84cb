from dataclasses import replace
from datetime import date, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.domain import reference
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.calendars import Calendar, Closure
from nameplate.domain.contracts import Contract, Grant, Rate, Scheduled, Window
from nameplate.domain.contracts import Test as Line
from nameplate.domain.explanation import Explanation, explain
from nameplate.domain.hours import DAYS
from nameplate.domain.networks import parse_address
from nameplate.domain.places import Door, Reader, Zone
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Reason, Verdict
from tests.domain.index.worlds import MOMENTS, Dice, World, us, wall

PERMITS = {Reason.GRANTED, Reason.PUBLIC_ZONE, Reason.WAY_OUT, Reason.OBSERVED, Reason.WARNED}
SATURDAY = us(datetime.fromisoformat("2026-11-21T09:12:00+00:00"))
MONDAY = MOMENTS[4] + 6 * 3_600_000_000
WORKDAYS = Window((0, 1, 2, 3, 4), 360, 1320, "Europe/Berlin")
ENTER = Grant(("enter",), ("zone:pharmacy",))
ASK = AccessRequest("amr-17", "enter", "door:d", MONDAY, presence="reader", reader="r1")


def facts(
    *grants: Grant, actor: dict[str, Any] | None = None, standing: Standing | None = None, **contract: Any
) -> World:
    robot = Actor("amr-17", ActorType.ROBOT, "clinic", contract="pharmacy-runner")
    return World(
        zones={"lobby": Zone("lobby", "clinic", public=True)},
        doors={
            "d": Door("d", "clinic", ("corridor", "pharmacy"), (Reader("r1", "corridor"), Reader("r2", "pharmacy"))),
            "e": Door("e", "clinic", ("corridor", "lobby"), (Reader("r1", "corridor"),)),
        },
        contracts={"pharmacy-runner": Contract("pharmacy-runner", grants, revision=3, **contract)},
        actors={"amr-17": replace(robot, **(actor or {}))},
        standings={"amr-17": standing or Standing(State.ACTIVE)},
    )


def explained(world: World, request: AccessRequest = ASK) -> Explanation:
    return explain(request, reference.decide(world, request, wall), world, wall)


def test_a_refusal_says_what_was_wanted_found_and_what_would_have_allowed_it() -> None:
    found = explained(facts(replace(ENTER, during=(WORKDAYS,))), ASK._replace(at=SATURDAY))
    assert found.sentence == (
        "amr-17 may not enter zone:pharmacy through door:d: grant 1 of pharmacy-runner@3 holds Monday to Friday "
        "06:00-22:00 (Europe/Berlin); it was Saturday 10:12. It would have been allowed on Monday from 06:00."
    )
    assert (found.contract, found.grant) == ("pharmacy-runner@3", 0)
    assert (found.wanted, found.found) == ("Monday to Friday 06:00-22:00 (Europe/Berlin)", "it was Saturday 10:12")
    assert found.remedy == "It would have been allowed on Monday from 06:00."


def test_everything_that_the_grant_lacks_is_named_at_once() -> None:
    grant = replace(ENTER, during=(WORKDAYS,), task_required=True, near_m=4.0)
    remedy = explained(facts(grant), ASK._replace(at=SATURDAY)).remedy
    assert remedy == "It would have been allowed on Monday from 06:00, with a task and within 4 m."


CONDITIONS = [
    (
        {"networks": (ip_network("10.20.0.0/16"),)},
        {"ip": parse_address("10.21.0.1")},
        "asks for an address in 10.20.0.0/16; it was 10.21.0.1.",
    ),
    (
        {"networks": (ip_network("10.20.0.0/16"),)},
        {},
        "no address was given. It would have been allowed from an address in 10.20.0.0/16.",
    ),
    ({"environments": ("lan", "lab")}, {"environment": "wan"}, "asks for the environment lan or lab; it was wan."),
    ({"environments": ("lan",)}, {}, "asks for the environment lan; none was given."),
    ({"task_required": True}, {}, "asks for a task; none was given. It would have been allowed with a task."),
    (
        {"payloads": ("food", "linen", "none")},
        {"payload": "acid"},
        "asks for the payload food, linen or none; it was acid.",
    ),
    ({}, {"presence": "remote"}, "asks for presence at a reader; the request came over the network."),
    ({}, {"presence": "odd"}, "asks for presence at a reader; it was odd."),
    (
        {"near_m": 4.0},
        {"distance_m": 6.5},
        "asks for at most 4 m; it was 6.5 m. It would have been allowed within 4 m.",
    ),
    ({"near_m": 4.0}, {}, "asks for at most 4 m; no distance was given."),
    ({"rate": Rate(0, 3600)}, {}, "allows 0 permits in any hour; they were used up."),
    ({"rate": Rate(0, 90)}, {}, "allows 0 permits in any 90 seconds; they were used up."),
    (
        {"where": (Line(("action", "value"), None, 0, 60),)},
        {"action_properties": {"value": 80}},
        "asks for action.value from 0 to 60; it was 80.",
    ),
    ({"where": (Line(("action", "value"), None, 1),)}, {}, "asks for action.value from 1; none was given."),
    ({"where": (Line(("action", "value"), None, None, 9),)}, {}, "asks for action.value up to 9; none was given."),
    ({"where": (Line(("action", "value"), None),)}, {}, "asks for action.value any number; none was given."),
    (
        {"where": (Line(("context", "on"), (True, None)),)},
        {"context": {"on": 1}},
        "asks for context.on true or null; it was 1.",
    ),
    (
        {"unless": (Line(("context", "s"), ("off",)),)},
        {"context": {"s": "off"}},
        "refuses context.s off; it was off. It would have been allowed without context.s off.",
    ),
    ({"approvals": 1}, {}, "asks for 1 approval; there was none. It would have been allowed with 1 approval."),
    ({"approvals": 2}, {}, "asks for 2 approvals; there was none."),
]


@pytest.mark.parametrize(("condition", "asked", "part"), CONDITIONS)
def test_each_condition_says_what_it_wanted_and_found(
    condition: dict[str, Any], asked: dict[str, Any], part: str
) -> None:
    assert part in explained(facts(replace(ENTER, **condition)), ASK._replace(**asked)).sentence


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ((0, 1, 2, 3, 4, 5, 6), "every day"),
        ((0, 1), "Monday and Tuesday"),
        ((0, 2, 4), "Monday, Wednesday and Friday"),
        ((4, 5, 6), "Friday to Sunday"),
        ((6,), "Sunday"),
    ],
)
def test_days_are_told_as_people_do(days: tuple[int, ...], text: str) -> None:
    world = facts(replace(ENTER, during=(Window(days, 60, 61, "UTC"),)))
    assert f"holds {text} 01:00-01:01 (UTC); it was Monday 12:00." in explained(world).sentence


def test_the_window_that_opens_first_is_the_one_offered() -> None:
    world = facts(replace(ENTER, during=(Window((0,), 600, 660, "UTC"), Window((0, 2), 1020, 1080, "Europe/Berlin"))))
    found = explained(world)
    assert "it was Monday 12:00 or Monday 13:00" in found.sentence
    assert found.remedy == "It would have been allowed on Monday from 17:00."


def test_outside_the_covered_years_no_window_can_be_offered() -> None:
    assert "outside 2000 to 2100" in explained(facts(replace(ENTER, during=(WORKDAYS,))), ASK._replace(at=0)).sentence


BARE = [
    (facts(), ASK._replace(actor="ghost"), "ghost may not enter door:d: no actor of that name is declared."),
    (
        facts(standing=Standing(State.SUSPENDED)),
        ASK,
        "its state was suspended, and only an active actor may act. Activate amr-17",
    ),
    (
        facts(actor={"retire_by": date(2026, 1, 1)}),
        ASK,
        "it was to be retired by 2026-01-01. Declare a later retire_by",
    ),
    (
        facts(standing=Standing(State.ACTIVE, cut_off=5)),
        ASK._replace(credential_at=5),
        "from before its last stop. Ask with a credential issued since.",
    ),
    (facts(actor={"contract": ""}), ASK, "it has no contract. Name a contract in the manifest of amr-17."),
    (facts(actor={"contract": "lost"}), ASK, "its contract lost is not declared. Declare the contract lost."),
    (facts(expires=date(2026, 1, 1)), ASK, "the contract pharmacy-runner@3 expired on 2026-01-01."),
    (facts(), ASK, "A grant of actions: [enter] on resources: [zone:pharmacy] would allow it."),
    (facts(), ASK._replace(reader="r9"), "door:d has no reader r9 on either side."),
    (
        facts(),
        ASK._replace(resource="door:e", presence="remote"),
        "it is public to actors at a reader; the request came over the network.",
    ),
]


@pytest.mark.parametrize(("world", "request_", "part"), BARE)
def test_a_refusal_before_any_grant_says_why_and_what_to_do(world: World, request_: AccessRequest, part: str) -> None:
    found = explained(world, request_)
    assert part in found.sentence
    assert found.remedy
    assert found.grant == -1


def test_permits_say_what_allowed_them() -> None:
    night = replace(ENTER, during=(WORKDAYS,), resources=("zone:corridor",))
    inside = facts(night, standing=Standing(State.ACTIVE, zone="pharmacy"))
    assert (
        explained(facts(ENTER)).sentence
        == "amr-17 may enter zone:pharmacy through door:d: grant 1 of pharmacy-runner@3 allows it."
    )
    assert (
        "zone:lobby through door:e: it is public, and amr-17 stood at a reader."
        in explained(facts(), ASK._replace(resource="door:e")).sentence
    )
    leaving = explained(inside, ASK._replace(reader="r2", at=SATURDAY))
    assert "it stood inside and may always leave towards what grant 1 of pharmacy-runner@3 names." in leaving.sentence
    assert leaving.remedy == ""


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in PERMITS])
@pytest.mark.parametrize("actor", ["amr-17", ""])
def test_every_refusal_has_a_sentence_of_its_own(reason: Reason, actor: str) -> None:
    verdict = Verdict(False, reason, (reason,), "pharmacy-runner@3")
    found = explain(ASK._replace(actor=actor), verdict, facts(), wall)
    assert found.sentence.startswith("amr-17 may not" if actor else "An actor that did not prove who it is may not")
    assert found.remedy.endswith(".")
    assert "See its reason code" not in found.sentence or reason in PER_GRANT


# These come with a grant (see CONDITIONS); a bare one is told by its code.
PER_GRANT = {
    *(Reason.WINDOW, Reason.NETWORK, Reason.ENVIRONMENT, Reason.TASK, Reason.PAYLOAD, Reason.NEARNESS, Reason.RATE),
    *(Reason.DUAL_CUSTODY, Reason.ESCORT),
    *(Reason.WHERE, Reason.UNLESS, Reason.APPROVAL_REQUIRED),
}


def test_a_revision_that_is_gone_is_not_explained_by_the_one_in_force() -> None:
    verdict = Verdict(False, Reason.TASK, ("task",), "pharmacy-runner@2", 0, "zone:pharmacy")
    found = explain(ASK, verdict, facts(ENTER), wall)
    assert "grant 1 of pharmacy-runner@2 failed at task" in found.sentence
    assert found.remedy == "That revision is no longer in force: ask again to see what holds now."
    assert (found.wanted, found.grant) == ("", 0)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**63))
def test_any_verdict_of_the_reference_can_be_explained(seed: int) -> None:
    dice = Dice(seed)
    door, contract = dice.door(), replace(dice.contract(), id="k1")
    actor = replace(dice.actor(), id="amr-1", contract="k1")
    world = World({}, {}, {door.id: door}, {"k1": contract}, {"amr-1": actor}, {"amr-1": dice.standing()})
    world.calendars = {each.id: each for each in (dice.calendar(), dice.calendar())}
    for _ in range(10):
        request = dice.request()
        verdict = reference.decide(world, request, wall)
        found = explain(request, verdict, world, wall)
        assert found.sentence.endswith(".")
        assert bool(found.remedy) is not verdict.permit
        assert ".." not in found.sentence
        assert (found.wanted != "") == (verdict.grant >= 0 and not verdict.permit)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**63))
def test_the_window_that_is_offered_is_open_then(seed: int) -> None:
    dice = Dice(seed)
    window = replace(dice.window(), timezone="UTC", end=dice.one((1, 500, 1440)))
    world, request = (
        facts(replace(ENTER, during=(window,))),
        ASK._replace(at=MONDAY + dice.random.randrange(7 * 86_400) * 1_000_000),
    )
    if reference.decide(world, request, wall).permit:
        return
    words = explained(world, request).remedy.removesuffix(".").split()
    day, (hour, minute) = DAYS.index(words[-3]), map(int, words[-1].split(":"))
    monday = MONDAY - 12 * 3_600_000_000
    opened = monday + ((day * 24 + hour) * 60 + minute) * 60_000_000
    assert reference.decide(world, request._replace(at=opened), wall).permit
    assert not reference.decide(world, request._replace(at=opened - 1), wall).permit or window.end - window.start in {
        0,
        1440,
    }


def test_a_calendar_is_told_by_its_name_with_the_date() -> None:
    closed = (Closure(date(2026, 11, 23), date(2026, 11, 23)),)
    night = Window(tuple(range(7)), 0, 0, "UTC", ("holidays",))
    world = facts(replace(ENTER, during=(Scheduled("day-shift", ("holidays",)), night)))
    world.calendars = {
        "day-shift": Calendar("day-shift", "clinic"),
        "holidays": Calendar("holidays", "clinic", closed=closed),
    }
    found = explained(world, ASK)
    assert found.wanted == (
        "within the hours of day-shift but for holidays or every day 00:00-00:00 (UTC) but for holidays"
    )
    assert "2026-11-23" in found.found
    assert found.remedy.startswith("It would have been allowed within those hours (calendars: day-shift, holidays)")


@pytest.mark.parametrize(("reason", "does"), [(Reason.OBSERVED, "observes"), (Reason.WARNED, "warns")])
def test_a_softened_permit_says_what_enforcing_would_have_said(reason: Reason, does: str) -> None:
    world = facts(replace(ENTER, during=(WORKDAYS,)))
    request = ASK._replace(at=SATURDAY)
    refused = reference.decide(world, request, wall)
    soft = refused._replace(permit=True, reason=reason, reasons=(reason, *refused.reasons))
    found = explain(request, soft, world, wall)
    assert found.sentence.startswith(f"amr-17 may enter zone:pharmacy through door:d: the point only {does} there. ")
    assert found.sentence.endswith(f"Enforced: {explained(world, request).sentence}")
    assert found.remedy == explained(world, request).remedy
    odd = soft._replace(reasons=(reason, reason))
    assert explain(request, odd, world, wall).sentence


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("quiet@2",), "rule quiet@2 forbids it"),
        (("quiet@2", "far@1"), "rule quiet@2 and rule far@1 forbid it"),
        (("quiet@2", "rule_error"), "rule quiet@2 could not be evaluated, and then what it covers is denied"),
        (("a@1", "b@1", "rule_error"), "rule a@1 or rule b@1 could not be evaluated, and then"),
        ((), "a rule forbids it"),
    ],
)
def test_a_refusal_by_rule_names_the_rules(names: tuple[str, ...], told: str) -> None:
    reasons = (Reason.RULE_FORBIDS, *names)
    verdict = Verdict(False, Reason.RULE_FORBIDS, reasons, "pharmacy-runner@3", -1, "zone:pharmacy")
    found = explain(ASK, verdict, facts(ENTER), wall)
    assert found.sentence.startswith(f"amr-17 may not enter zone:pharmacy through door:d: {told}")
    assert found.remedy
