from typing import Any

import pytest

from nameplate.domain.contracts import ACTION_CLASSES, ActionClass, Contract, Window
from nameplate.domain.manifests.documents import from_document, read_document, to_document
from nameplate.domain.manifests.grants import exceeding


def grant(**fields: object) -> dict[str, Any]:
    return {"actions": ["enter"], "resources": ["zone:pharmacy"]} | fields


def contract(*grants: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"kind": "Contract", "id": "runner", "grants": list(grants)} | fields


def told(**fields: object) -> dict[str, str]:
    _, problems = read_document(contract(grant(**fields)))
    return {problem.where.removeprefix("grants[0]."): f"{problem.message} {problem.remedy}" for problem in problems}


def read(mapping: dict[str, Any]) -> Contract:
    value = from_document(mapping)
    assert isinstance(value, Contract)
    return value


def test_a_bare_grant_has_no_conditions():
    value = read(contract(grant()))
    assert to_document(value)["grants"] == [grant()]


def test_a_grant_needs_actions_and_resources():
    _, problems = read_document(contract({}))
    assert {problem.where for problem in problems} == {"grants[0].actions", "grants[0].resources"}


@pytest.mark.parametrize("resource", ["zone:*", "zone:ward-*", "node:agv-line/ns=2;s=Speed", "door:L1"])
def test_a_star_may_be_the_last_character(resource):
    assert told(resources=[resource]) == {}


@pytest.mark.parametrize(
    "resource", ["*", "zone:*-ward", "zone:**", "zone:", "zone", ":x", "zone:a\tb", "z*:x", "Zone:x"]
)
def test_a_star_or_a_colon_elsewhere_is_refused(resource):
    assert "resources[0]" in told(resources=[resource])


@pytest.mark.parametrize("action", ["*", "en*", "a b"])
def test_actions_are_named_in_full(action):
    assert "actions" in told(actions=[action])


def test_a_network_with_host_bits_is_refused_with_the_right_form():
    assert "Write 10.20.0.0/16." in told(networks=["10.20.0.1/16"])["networks[0]"]
    assert "Write 2001:db8::/32." in told(networks=["2001:db8::1/32"])["networks[0]"]


@pytest.mark.parametrize(
    "network",
    ["10.20.0.0/33", "10.20.0.0/255.255.0.0", "10.20.0.0/0.0.255.255", "10.20", "fe80::1%eth0", "x", "010.0.0.1", "/8"],
)
def test_a_network_that_can_be_read_in_two_ways_or_none_is_refused(network):
    assert "networks[0]" in told(networks=[network])


def test_a_single_address_is_a_network_of_one():
    assert [str(each) for each in read(contract(grant(networks=["10.0.0.9"]))).grants[0].networks] == ["10.0.0.9/32"]


def test_a_window_without_days_or_times_is_the_whole_week():
    value = read(contract(grant(during={"timezone": "UTC"})))
    assert value.grants[0].during == (Window((0, 1, 2, 3, 4, 5, 6), 0, 0, "UTC"),)
    assert to_document(value)["grants"] == [grant(during={"timezone": "UTC"})]


@pytest.mark.parametrize(
    ("during", "place"),
    [
        ({"days": ["monday"], "timezone": "UTC"}, "during.days[0]"),
        ({"days": [["mon"]], "timezone": "UTC"}, "during.days[0]"),
        ({"days": [], "timezone": "UTC"}, "during.days"),
        ({"from": "06:00", "timezone": "UTC"}, "during"),
        ({"to": "06:00", "timezone": "UTC"}, "during"),
        ({"from": "6am", "to": "22:00", "timezone": "UTC"}, "during.from"),
        ({"from": 360, "to": "22:00", "timezone": "UTC"}, "during.from"),
        ({"from": "06:00", "to": "22:00"}, "during.timezone"),
        ({"timezone": "../etc/passwd"}, "during.timezone"),
        ({"timezone": "/etc/localtime"}, "during.timezone"),
        ([], "during"),
        ("always", "during"),
    ],
)
def test_a_window_must_say_what_it_means(during, place):
    assert place in told(during=during)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("task", "optional"),
        ("task", True),
        ("presence", "near"),
        ("near", "4"),
        ("near", 4),
        ("rate", "120"),
        ("approval", "three"),
        ("approval", 1),
        ("payloads", []),
        ("payloads", "medication"),
        ("environments", [1.5]),
    ],
)
def test_a_condition_that_is_not_understood_never_becomes_no_condition(field, value):
    assert any(where.startswith(field) for where in told(**{field: value}))


def test_only_caps_what_a_contract_grants():
    reading = read(contract(grant(actions=["read", "list"]), only="read"))
    writing = read(contract(grant(actions=["read", "enter"]), only="read"))
    assert exceeding(reading, ACTION_CLASSES) == []
    (problem,) = exceeding(writing, ACTION_CLASSES)
    assert problem.where == "grants[0].actions"
    assert "enter" in problem.message


def test_only_write_allows_writing_but_not_administering():
    assert exceeding(read(contract(grant(actions=["enter"]), only="write")), ACTION_CLASSES) == []
    assert exceeding(read(contract(grant(actions=["configure"]), only="write")), ACTION_CLASSES)


def test_a_larger_table_of_actions_changes_what_counts_as_reading():
    writing = read(contract(grant(actions=["enter"]), only="read"))
    assert exceeding(writing, {**ACTION_CLASSES, "enter": ActionClass.READ}) == []


def test_a_contract_may_grant_nothing_but_an_empty_list_is_a_slip():
    assert read({"kind": "Contract", "id": "idle"}).grants == ()
    assert read_document(contract())[0] is None
