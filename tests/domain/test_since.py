from typing import Any

from nameplate.domain.registry import Registry, fold
from nameplate.domain.requests import AccessRequest
from nameplate.domain.since import Change, changes
from tests.domain.journal_records import actor, at, put

ASKED = AccessRequest("amr-1", "enter", "zone:ward", 0)
FORBID = "forbid (principal, action, resource);"


def state(*puts: Any, order: str = "") -> Registry:
    registry = Registry()
    fold(registry, {"kind": "declared", "at": at(1), "changes": list(puts)})
    if order:
        fold(registry, {"kind": "state", "at": at(2), "to": order, "actors": [{"id": "amr-1"}]})
    return registry


def contract(revision: int, *resources: str) -> dict[str, Any]:
    grants = [{"actions": ["enter"], "resources": list(resources)}]
    return put({"kind": "Contract", "id": "c", "grants": grants}, revision=revision)


def rule(revision: int, ident: str = "r", resource: str = "zone:ward") -> dict[str, Any]:
    return put({"kind": "Rule", "id": ident, "scope": {"resources": [resource]}, "cedar": FORBID}, revision=revision)


ROBOT = put(actor("amr-1", contract="c"))


def found(then: Registry, now: Registry, *targets: str) -> list[Change]:
    return changes(then, now, ASKED, targets or ("zone:ward",))


def test_nothing_has_changed():
    assert found(state(ROBOT, contract(1, "zone:ward"), rule(1)), state(ROBOT, contract(1, "zone:ward"), rule(1))) == []


def test_a_contract_that_has_changed_is_named_with_its_fields():
    told = found(state(ROBOT, contract(1, "zone:ward")), state(ROBOT, contract(2, "zone:lab")))
    assert told == [Change("Contract", "c", "c@1", "c@2", ("grants[0].resources",))]
    assert str(told[0]) == "Contract c: c@1, now c@2 (grants[0].resources)"


def test_rules_that_cover_it_are_named_and_others_are_not():
    then, now = (
        state(ROBOT, rule(1), rule(1, "gone")),
        state(ROBOT, rule(2), rule(1, "new"), rule(1, "far", "zone:lab")),
    )
    assert {str(each) for each in found(then, now)} == {
        "Rule r: r@1, now r@2",
        "Rule gone: gone@1, now none",
        "Rule new: none, now new@1",
    }


def test_the_actor_its_state_its_site_and_the_places():
    zone, door = {"kind": "Zone", "id": "ward"}, {"kind": "Door", "id": "d", "joins": ["hall", "ward"]}
    site = {"kind": "Site", "id": "default", "timezone": "UTC"}
    then = state(ROBOT, put(zone), put(door), put(site), order="active")
    other = put(actor("amr-1", contract="c", tier="high"))
    now = state(other, put(zone | {"public": True}), put(site | {"timezone": "Europe/Berlin"}), order="suspended")
    told = found(then, now, "zone:ward", "door:d")
    assert {(each.what, each.before, each.after, each.fields) for each in told} == {
        ("Actor", "declared", "declared", ("tier",)),
        ("Site", "declared", "declared", ("timezone",)),
        ("Zone", "declared", "declared", ("public",)),
        ("Door", "declared", "", ()),
        ("state", "active", "suspended", ()),
        ("cut_off", "", str(now.standings["amr-1"].cut_off), ()),
    }


def test_an_actor_that_was_not_there_yet():
    assert found(Registry(), state(ROBOT)) == [Change("Actor", "amr-1", "", "declared")]
