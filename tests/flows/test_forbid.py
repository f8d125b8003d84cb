"""Rules in the line of a decision, with everything real."""

import asyncio
from typing import Any

import pytest

from nameplate.boot.rules import engine, review_of
from nameplate.boot.timezones import wall
from nameplate.domain import reference
from nameplate.domain.asked import Asked
from nameplate.domain.networks import parse_address
from nameplate.domain.requests import AccessRequest
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.domain.verdicts import Reason
from tests.flows.heart import CONTRACT, WORLD, Heart, beating, robot

HEAD = "forbid (principal, action, resource)"
BERLIN = {"kind": "Site", "id": "default", "timezone": "Europe/Berlin"}
HALL = {"kind": "Zone", "id": "hall", "public": True}
WARD = {"kind": "Zone", "id": "ward"}
DOOR = {
    "kind": "Door",
    "id": "d",
    "joins": ["hall", "ward"],
    "readers": [{"id": "out", "side": "hall"}, {"id": "in", "side": "ward"}],
}
GRANT = {"actions": ["enter"], "resources": ["zone:ward", "door:d"]}
CLINIC = (HALL, WARD, DOOR, CONTRACT | {"grants": [GRANT]}, robot())


def rule(ident: str, condition: str = "true", **scope: Any) -> dict[str, Any]:
    body = {"scope": scope or {"actions": ["read", "enter"]}, "cedar": f"{HEAD} when {{ {condition} }};"}
    return {"kind": "Rule", "id": ident} | body


def at_door(heart: Heart, reader: str) -> AccessRequest:
    return AccessRequest("amr-1", "enter", "door:d", heart.clock(), presence="reader", reader=reader)


def passed(heart: Heart, origin: str, target: str) -> None:
    happened = {"kind": "outcome", "point": "p", "happening": "passage", "door": "d", "actor": "amr-1", "detail": {}}
    heart.ledger.note(happened | {"from_zone": origin, "to_zone": target})


async def reasons(heart: Heart, request: AccessRequest) -> tuple[str, ...]:
    return (await heart.authorizer.authorize(request, Asked("pep"))).verdict.reasons


def asking(request: AccessRequest, *documents: dict[str, Any], folder: Any) -> tuple[str, ...]:
    async def main() -> tuple[str, ...]:
        async with beating(folder, *documents) as heart:
            return await reasons(heart, request)

    return asyncio.run(main())


USUAL = AccessRequest("amr-1", "read", "app:x", parse_rfc3339("2026-12-24T23:30:00Z") or 0)


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("context.minute == 30 && context.weekday == 5 && context.date == 20261225", {}),
        ('context.presence == "remote" && context.payload == "none"', {}),
        ('context has task && context.task == "t-1"', {"task": "t-1"}),
        ('context has environment && context.environment == "lan"', {"environment": "lan"}),
        ('context has ip && context.ip.isInRange(ip("10.0.0.0/8"))', {"ip": parse_address("10.0.0.1")}),
        ('context has ip && context.ip.isInRange(ip("2001:db8::/32"))', {"ip": parse_address("2001:db8::1")}),
        ("context has distance_cm && context.distance_cm == 150", {"distance_m": 1.5}),
        ("context has distance_cm && context.distance_cm > 100000", {"distance_m": float("inf")}),
        ('context has reader && context.reader == "r1"', {"reader": "r1"}),
        ('principal.unit has supplier && principal.unit.supplier == "Acme"', {}),
        ('principal in Team::"ops" && principal.contract == "c" && principal.type == "robot"', {}),
        ('resource == App::"x" && resource.kind == "app"', {}),
    ],
)
def test_a_rule_sees_the_request_as_the_schema_says(tmp_path, condition, more):
    asked = USUAL._replace(**more)
    assert asking(asked, BERLIN, *WORLD, rule("r", condition), folder=tmp_path) == ("rule_forbids", "r@1")


@pytest.mark.parametrize(
    "condition",
    ["context has task", "context has distance_cm", "context has ip", "context has door", "principal has zone"],
)
def test_what_is_unknown_is_absent(tmp_path, condition):
    asked = USUAL._replace(distance_m=float("nan"))
    assert asking(asked, *WORLD, rule("r", condition), folder=tmp_path) == ("granted",)


def test_a_time_that_no_calendar_covers_fails_what_asks_for_it(tmp_path):
    far = USUAL._replace(at=2**62)
    told = asking(far, *WORLD, rule("clock", "context.minute < 9"), rule("other", "false"), folder=tmp_path)
    assert told == ("rule_forbids", "clock@1", "rule_error")


def test_rules_out_of_scope_do_not_count_and_all_that_forbid_are_named(tmp_path):
    rules = [rule("b"), rule("a"), rule("no", "false")]
    out = [
        rule("u", actions=["write"]),
        rule("v", resources=["app:y*"]),
        rule("w", actors=["amr-2"]),
        rule("x", owners=["it"]),
        rule("y", types=["bot"]),
        rule("z", sites=["plant"]),
    ]
    assert asking(USUAL, *WORLD, *rules, *out, folder=tmp_path) == ("rule_forbids", "a@1", "b@1")


def test_a_rule_is_not_asked_about_what_is_refused_anyway(tmp_path):
    asked = USUAL._replace(resource="app:other")
    assert asking(asked, *WORLD, rule("r"), folder=tmp_path) == ("not_in_contract",)


@pytest.mark.parametrize("resources", [["zone:ward"], ["door:d"], ["door:*"], ["zone:*"]])
@pytest.mark.parametrize("granted", ["zone:ward", "door:d"])
def test_a_door_is_forbidden_under_each_of_its_names_however_it_is_granted(tmp_path, resources, granted):
    contract = CONTRACT | {"grants": [GRANT | {"resources": [granted]}]}
    world = (HALL, WARD, DOOR, contract, robot(), rule("r", 'context.door == "d"', resources=resources))
    asked = AccessRequest("amr-1", "enter", "door:d", USUAL.at, presence="reader", reader="out")
    assert asking(asked, *world, folder=tmp_path) == ("rule_forbids", "r@1")


def test_a_public_zone_can_be_forbidden_but_not_the_way_out_of_another(tmp_path):
    async def main():
        async with beating(tmp_path, *CLINIC, rule("closed", actions=["enter"])) as heart:
            assert await reasons(heart, at_door(heart, "out")) == ("rule_forbids", "closed@1")
            assert await reasons(heart, at_door(heart, "in")) == ("rule_forbids", "closed@1")
            passed(heart, "hall", "ward")
            assert await reasons(heart, at_door(heart, "in")) == ("public_zone",)
            assert await reasons(heart, at_door(heart, "out")) == ("rule_forbids", "closed@1")

    asyncio.run(main())


def test_a_way_out_towards_a_granted_zone_is_never_forbidden(tmp_path):
    lab = {"kind": "Zone", "id": "hall"}
    contract = CONTRACT | {"grants": [GRANT | {"resources": ["zone:hall", "zone:ward"]}]}
    world = (lab, WARD, DOOR, contract, robot(), rule("closed", actions=["enter"]))

    async def main():
        async with beating(tmp_path, *world) as heart:
            passed(heart, "hall", "ward")
            assert await reasons(heart, at_door(heart, "in")) == ("way_out",)
            assert await reasons(heart, at_door(heart, "out")) == ("rule_forbids", "closed@1")

    asyncio.run(main())


def test_what_a_rule_knows_of_an_actor_follows_what_happens(tmp_path):
    condition = 'principal has zone && principal.zone == "ward"'

    async def main():
        async with beating(tmp_path, *CLINIC, rule("r", condition, actions=["enter"])) as heart:
            asked = at_door(heart, "out")._replace(resource="zone:ward", reader=None)
            assert await reasons(heart, asked) == ("granted",)
            passed(heart, "hall", "ward")
            assert await reasons(heart, asked) == ("rule_forbids", "r@1")
            passed(heart, "ward", "hall")
            assert await reasons(heart, asked) == ("granted",)
            await heart.declare(robot(owner="it"), rule("r", 'principal in Team::"it"', actions=["enter"]))
            assert await reasons(heart, asked) == ("rule_forbids", "r@1")
            await heart.declare(robot(owner="ops"))
            assert await reasons(heart, asked) == ("granted",)

    asyncio.run(main())


def test_what_a_rule_knows_of_a_zone_follows_what_is_declared(tmp_path):
    async def main():
        async with beating(tmp_path, *CLINIC, rule("r", "resource.public", resources=["zone:*"])) as heart:
            asked = at_door(heart, "out")._replace(resource="zone:ward", reader=None)
            assert await reasons(heart, asked) == ("granted",)
            await heart.declare(WARD | {"public": True})
            assert await reasons(heart, asked) == ("rule_forbids", "r@1")

    asyncio.run(main())


def test_a_refusal_by_rule_does_not_count_towards_a_rate(tmp_path):
    rated = CONTRACT | {"grants": [CONTRACT["grants"][0] | {"rate": "1/h"}]}

    async def main():
        async with beating(tmp_path, rated, robot(), rule("r", "true")) as heart:
            assert [(await heart.ask()).verdict.reason for _ in range(3)] == [Reason.RULE_FORBIDS] * 3
            await heart.declare(rule("r", "false"))
            assert [(await heart.ask()).verdict.reason for _ in range(2)] == [Reason.GRANTED, Reason.RATE]

    asyncio.run(main())


def test_an_erring_rule_raises_an_alarm_an_hour_and_not_for_each_denial(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, rule("bad", "context.nowhere")) as heart:
            for _ in range(3):
                await heart.ask()
            heart.mono += 3_600
            await heart.ask()
            await heart.declare({"kind": "Team", "id": "t"})
            found = heart.records("finding")
            assert [(each["finding"], each["severity"], "bad@1" in each["text"]) for each in found] == [
                ("rule_error", "high", True)
            ] * 2

    asyncio.run(main())


def test_a_thousand_rules_elsewhere_are_never_handed_to_cedar(tmp_path, monkeypatch):
    async def main():
        elsewhere = [rule(f"r{number}", actions=["read"], resources=[f"app:z{number}"]) for number in range(1_000)]
        async with beating(tmp_path, *WORLD, *elsewhere, rule("mine", "false")) as heart:
            asked: list[Any] = []
            prepare = engine().prepare

            def watched(rules: Any, *about: Any) -> Any:
                asked.append([each.name for each in rules])
                return prepare(rules, *about)

            monkeypatch.setattr(engine(), "prepare", watched)
            assert (await heart.ask()).permit
            assert asked == [["mine@1"]]

    asyncio.run(main())


def test_the_reference_with_rules_answers_as_the_index_does(tmp_path):
    rules = [
        rule("night", "context.minute < 360"),
        rule("d", resources=["door:d"]),
        rule("err", "context.x", actors=["amr-2"]),
    ]

    async def main():
        async with beating(tmp_path, *CLINIC, robot("amr-2"), *rules) as heart:
            for place in ("hall", "ward"):
                passed(heart, {"hall": "ward", "ward": "hall"}[place], place)
                for actor in ("amr-1", "amr-2"):
                    for resource in ("door:d", "zone:ward"):
                        for hour in (1, 12):
                            at = USUAL.at + hour * 3_600_000_000
                            asked = AccessRequest(actor, "enter", resource, at, presence="reader", reader="in")
                            by_index = heart.rules.review(heart.index.decide(asked, 0.0), asked)
                            verdict = reference.decide(heart.registry, asked, wall)
                            assert review_of(heart.registry)(verdict, asked) == by_index

    asyncio.run(main())


def test_a_dropped_rule_forbids_nothing_more_and_no_rule_costs_nothing(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, rule("r")) as heart:
            assert not (await heart.ask()).permit
            await heart.ledger.commit(
                {"kind": "declared", "by": "uid:0", "changes": [{"op": "delete", "kind": "Rule", "id": "r"}]}
            )
            verdict = heart.index.decide(USUAL, 0.0)
            assert heart.rules.review(verdict, USUAL) is verdict
            assert heart.replayed().revisions == heart.registry.revisions == {"Contract/c": 1, "Rule/r": 1}

    asyncio.run(main())


SUPPLIES = {"resource.status": "text", "action.value": "integer"}
SCADA = {"kind": "Point", "id": "scada", "type": "http", "supplies": SUPPLIES}
CLOSED = 'context.sent.resource has status && context.sent.resource.status == "closed"'


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"status": "closed"}, ("rule_forbids", "r@1")),
        ({"status": "open"}, ("granted",)),
        ({}, ("granted",)),
        ({"status": None}, ("granted",)),
        ({"status": 5}, ("rule_forbids", "r@1", "rule_error")),
        ({"status": ["closed"]}, ("rule_forbids", "r@1", "rule_error")),
        ({"other": "closed"}, ("granted",)),
    ],
)
def test_a_rule_sees_what_the_caller_sent_and_what_is_of_another_type_denies(tmp_path, sent, told):
    asked = USUAL._replace(resource_properties=sent)
    assert asking(asked, *WORLD, SCADA, rule("r", CLOSED), folder=tmp_path) == told


def test_what_is_of_another_type_denies_only_where_a_rule_in_scope_refers_to_it(tmp_path):
    asked = USUAL._replace(resource_properties={"status": 5})
    rules = (rule("r", "context.sent.action has value"), rule("far", CLOSED, resources=["app:y"]))
    assert asking(asked, *WORLD, SCADA, *rules, folder=tmp_path) == ("granted",)


def test_what_the_caller_says_of_the_subject_is_never_shown(tmp_path):
    asked = USUAL._replace(subject={"type": "bot", "status": "closed"}, context={"type": "bot"})
    rules = (rule("a", 'principal.type == "bot"'), rule("b", CLOSED))
    assert asking(asked, *WORLD, SCADA, *rules, folder=tmp_path) == ("granted",)


def test_a_rule_that_asks_without_care_denies_where_nothing_was_sent(tmp_path):
    """`apply` refuses such a rule; an older journal may hold one."""
    told = asking(USUAL, *WORLD, SCADA, rule("r", 'context.sent.resource.status == "closed"'), folder=tmp_path)
    assert told == ("rule_forbids", "r@1", "rule_error")


def test_what_callers_send_follows_what_is_declared_and_is_on_record(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, rule("r", CLOSED)) as heart:
            asked = USUAL._replace(resource_properties={"status": "closed", "more": "x"})
            assert await reasons(heart, asked) == ("granted",)
            await heart.declare(SCADA)
            assert await reasons(heart, asked) == ("rule_forbids", "r@1")
            assert await reasons(heart, USUAL) == ("granted",)
            await heart.ledger.commit(
                {"kind": "declared", "by": "uid:0", "changes": [{"op": "delete", "kind": "Point", "id": "scada"}]}
            )
            assert await reasons(heart, asked) == ("granted",)
            kept = [record.get("sent") for record in heart.records("decision")]
            assert kept == [None, {"resource": {"status": "closed"}}, None, None]

    asyncio.run(main())
