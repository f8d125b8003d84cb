from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.actors import State
from nameplate.domain.contracts import ACTION_CLASSES, ActionClass
from nameplate.domain.manifests.problems import MAX_KEPT, Document, InvalidManifests
from nameplate.domain.registry import Registry, fold
from nameplate.flows.apply import Plan, diff, export, plan
from tests.domain.journal_records import at, order
from tests.domain.manifests.strategies import anything

Mapping = dict[str, Any]

SITE = {"kind": "Site", "id": "clinic", "timezone": "Europe/Berlin"}
TEAM = {"kind": "Team", "id": "ops"}
HALL, WARD = {"kind": "Zone", "id": "hall", "public": True}, {"kind": "Zone", "id": "ward"}
DOOR = {"kind": "Door", "id": "d", "joins": ["hall", "ward"], "readers": [{"id": "r1", "side": "hall"}]}
CONTRACT: Mapping = {"kind": "Contract", "id": "runner", "grants": [{"actions": ["enter"], "resources": ["zone:ward"]}]}
UNIT = {"manufacturer": "Acme", "model": "T3", "serial": "T3-1"}
ROBOT = {
    "kind": "Actor",
    "id": "amr-1",
    "type": "robot",
    "unit": UNIT,
    "owner": "ops",
    "purpose": "Carries",
    "state": "active",
    "contract": "runner",
}
POINT = {"kind": "Point", "id": "controller", "type": "osdp", "channels": [{"door": "d", "to": "pty:/x"}]}
SINK = {"kind": "Sink", "id": "siem", "format": "ocsf", "to": "file:/var/log/events"}
ALL = (SITE, TEAM, HALL, WARD, DOOR, CONTRACT, ROBOT, POINT, SINK)


def documents(mappings: Iterable[Mapping]) -> list[Document]:
    return [
        Document(str(each.get("kind")), each, {"": (10 * n + 1, 1)}, "site.yaml", 10 * n + 1)
        for n, each in enumerate(mappings)
    ]


def planned(registry: Registry, *mappings: Mapping, **options: Any) -> Plan:
    return plan(registry, documents(mappings), is_timezone=lambda name: name != "Europe/Atlantis", **options)


def applied(*mappings: Mapping, registry: Registry | None = None) -> Registry:
    registry = registry or Registry()
    changes = planned(registry, *mappings).changes
    fold(
        registry,
        {"seq": registry.seq + 1, "at": at(registry.seq), "kind": "declared", "by": "uid:0", "changes": changes},
    )
    return registry


def ordered(registry: Registry, name: str, ident: str = "amr-1") -> Registry:
    fold(registry, {"seq": registry.seq + 1, "at": at(registry.seq)} | order(name, [ident], registry.seq))
    return registry


def told(registry: Registry, *mappings: Mapping, **options: Any) -> dict[str, str]:
    with pytest.raises(InvalidManifests) as caught:
        planned(registry, *mappings, **options)
    assert all(problem.message and problem.remedy for problem in caught.value.problems)
    return {problem.where: f"{problem.message} {problem.remedy}" for problem in caught.value.problems}


def exported(registry: Registry) -> list[Mapping]:
    return list(export(registry))


def without(mapping: Mapping, *keys: str) -> Mapping:
    return {key: value for key, value in mapping.items() if key not in keys}


def test_a_whole_site_is_applied_in_an_order_in_which_everything_exists_before_it_is_named():
    made = planned(Registry(), *reversed(ALL))
    kinds = [change["doc"]["kind"] for change in made.changes]
    assert kinds == ["Site", "Team", "Zone", "Zone", "Door", "Contract", "Actor", "Point", "Sink"]
    assert made.warnings == ()


def test_applying_the_same_again_changes_nothing():
    made = planned(applied(*ALL), *ALL)
    assert made.changes == ()
    assert len(made.unchanged) == len(ALL)


def test_an_export_applied_changes_nothing_and_makes_the_same_elsewhere():
    registry = applied(*ALL)
    assert planned(registry, *export(registry)).changes == ()
    elsewhere = applied(*export(registry))
    assert list(export(elsewhere)) == list(export(registry))


def test_an_export_tells_of_one_moment_whatever_happens_while_it_is_read():
    registry = applied(*ALL)
    documents = export(registry)
    next(documents)
    deletes = planned(registry, SITE, TEAM, CONTRACT, prune=True).changes
    ordered(registry, "suspend")
    fold(registry, {"seq": 3, "at": at(3), "kind": "declared", "changes": deletes})
    rest = {str(each["id"]): each for each in documents}
    assert len(rest) == len(ALL) - 1
    assert rest["amr-1"]["state"] == "active"


def test_an_export_can_be_limited_to_some_kinds():
    assert [document["id"] for document in export(applied(*ALL), ["Zone"])] == ["hall", "ward"]


@pytest.mark.parametrize("stop", ["suspend", "repair", "transfer", "quarantine", "retire"])
def test_neither_apply_nor_an_export_applied_elsewhere_lifts_a_stop(stop):
    registry = ordered(applied(*ALL), stop)
    before = registry.standings["amr-1"]
    made = planned(registry, *ALL, ROBOT | {"id": "amr-2", "unit": UNIT | {"serial": "2"}})
    assert [change["doc"]["id"] for change in made.changes] == ["amr-2"]
    assert [problem.where for problem in made.warnings] == ["state"]
    assert applied(*ALL, registry=registry).standings["amr-1"] is before
    assert applied(*export(registry)).standings["amr-1"].state is State.STAGED


def test_one_fault_anywhere_and_nothing_is_applied():
    registry = applied(SITE, TEAM)
    assert told(registry, WARD, HALL, {"kind": "Door", "id": "d", "joins": ["hall", "moon"]}).keys() == {"joins[1]"}
    assert registry == applied(SITE, TEAM)


def test_all_faults_of_all_documents_are_told_with_file_and_line():
    broken: list[Mapping] = [TEAM | {"nmae": "x"}, ROBOT | {"contract": "none"}, {"kind": "Zone", "id": "!"}]
    with pytest.raises(InvalidManifests) as caught:
        planned(Registry(), *broken)
    assert [(problem.file, problem.line, problem.where) for problem in caught.value.problems] == [
        ("site.yaml", 1, "nmae"),
        ("site.yaml", 11, "contract"),
        ("site.yaml", 21, "id"),
    ]


def test_who_names_a_document_with_a_fault_is_not_blamed_for_it():
    assert told(Registry(), TEAM | {"nmae": "x"}, CONTRACT, ROBOT).keys() == {"nmae"}


def test_a_name_nobody_bears_is_refused_with_a_suggestion():
    assert "Did you mean ops?" in told(applied(*ALL), ROBOT | {"owner": "opps"})["owner"]


def test_however_many_faults_there_are_only_so_many_are_told():
    many: list[Mapping] = [{"kind": "Zone", "id": f"z{number}", "site": "moon"} for number in range(2_000)]
    for mappings in (many, [each | {"publc": True} for each in many]):
        with pytest.raises(InvalidManifests) as caught:
            planned(Registry(), *mappings)
        assert len(caught.value.problems) == MAX_KEPT


@pytest.mark.parametrize("ident", [10**5000, ["x"], None, 1.5, True], ids=["huge", "list", "none", "float", "flag"])
def test_an_id_of_any_shape_is_refused_in_any_kind(ident):
    for each in ALL:
        assert told(Registry(), each | {"id": ident})["id"]


def test_two_documents_of_one_name_are_refused():
    assert "site.yaml:1" in told(Registry(), TEAM, TEAM)["id"]
    assert planned(Registry(), TEAM, {"kind": "Site", "id": "ops"}).changes


def test_a_time_zone_must_exist():
    assert told(Registry(), SITE | {"timezone": "Europe/Atlantis"}).keys() == {"timezone"}
    grant = CONTRACT["grants"][0] | {"during": {"timezone": "Europe/Atlantis"}}
    assert told(Registry(), CONTRACT | {"grants": [grant]}).keys() == {"grants[0].during.timezone"}


def test_a_contract_for_reading_refuses_what_is_not_known_to_read():
    assert told(Registry(), CONTRACT | {"only": "read"}).keys() == {"grants[0].actions"}
    assert planned(Registry(), CONTRACT | {"only": "write"}).changes
    assert planned(
        Registry(), CONTRACT | {"only": "read"}, action_classes={**ACTION_CLASSES, "enter": ActionClass.READ}
    ).changes


def test_each_change_of_a_contract_gets_the_next_revision_even_after_it_was_deleted():
    registry = applied(CONTRACT)
    assert registry.contracts["runner"].revision == 1
    applied(CONTRACT | {"expires": "2030-01-01"}, registry=registry)
    assert registry.contracts["runner"].revision == 2
    deletes = planned(registry, prune=True).changes
    fold(registry, {"seq": 3, "at": at(3), "kind": "declared", "changes": deletes})
    assert planned(registry, CONTRACT).changes[0]["revision"] == 3


def test_true_instead_of_one_is_a_change():
    one, true = ([CONTRACT["grants"][0] | {"unless": {"context.x": [value]}}] for value in (1, True))
    assert planned(applied(CONTRACT | {"grants": one}), CONTRACT | {"grants": true}).changes
    assert planned(applied(CONTRACT | {"grants": one}), CONTRACT | {"grants": one}).changes == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [("type", "bot"), ("unit", UNIT | {"serial": "other"}), ("site", "depot"), ("succeeds", "amr-0")],
)
def test_what_makes_an_actor_that_one_cannot_change(field, value):
    depot = {"kind": "Site", "id": "depot"}
    older = ROBOT | {"id": "amr-0", "unit": UNIT | {"serial": "0"}}
    assert told(applied(*ALL, older), depot, ROBOT | {field: value}).keys() == {field}


def test_firmware_and_supplier_of_a_unit_may_change():
    assert planned(applied(*ALL), ROBOT | {"unit": UNIT | {"firmware": "2.0", "supplier": "Reseller"}}).changes


def test_an_active_actor_keeps_its_owner_and_purpose():
    registry = applied(*ALL)
    assert told(registry, without(ROBOT, "owner", "state")).keys() == {"owner"}
    assert told(ordered(registry, "suspend"), without(ROBOT, "purpose", "state")).keys() == {"purpose"}


def test_a_serial_number_belongs_to_one_actor():
    twin = ROBOT | {"id": "amr-2"}
    assert told(applied(*ALL), twin).keys() == {"unit.serial"}
    assert told(Registry(), TEAM, CONTRACT, ROBOT, twin).keys() == {"unit.serial"}


def test_a_unit_passes_to_a_successor_only_once_it_is_retired():
    heir = ROBOT | {"id": "amr-2", "succeeds": "amr-1"}
    registry = applied(*ALL)
    assert told(registry, heir).keys() == {"succeeds"}
    ordered(registry, "retire")
    assert told(registry, without(heir, "succeeds")).keys() == {"unit.serial"}
    assert told(registry, heir | {"unit": UNIT | {"serial": "9"}}).keys() == {"succeeds"}
    applied(heir, registry=registry)
    assert planned(registry, heir).changes == ()
    assert told(registry, heir | {"id": "amr-3"}).keys() == {"unit.serial"}


def test_a_successor_starts_staged_whatever_its_manifest_says():
    registry = applied(*ALL)
    ordered(registry, "retire")
    heir = ROBOT | {"id": "amr-2", "succeeds": "amr-1", "state": "active"}
    (warning,) = planned(registry, heir).warnings
    assert (warning.where, "approve-succession amr-2" in warning.remedy) == ("state", True)
    applied(heir, registry=registry)
    assert registry.standings["amr-2"].state == "staged"


def test_a_door_has_one_point():
    other = POINT | {"id": "other"}
    assert told(applied(*ALL), other).keys() == {"channels[0].door"}
    assert planned(applied(*ALL), without(POINT, "channels"), other).changes
    assert told(applied(*ALL), POINT | {"channels": [{"door": "x", "to": "pty:/y"}]}).keys() == {"channels[0].door"}
    twice = [{"door": "d", "to": "pty:/y"}, {"door": "d", "to": "pty:/z"}]
    assert told(applied(*ALL), POINT | {"channels": twice}).keys() == {"channels[1].door"}


def test_the_only_site_is_meant_where_none_is_named():
    assert applied(SITE, HALL).zones["hall"].site == "clinic"
    assert applied(HALL).zones["hall"].site == "default"
    assert "clinic, depot" in told(Registry(), SITE, {"kind": "Site", "id": "depot"}, HALL)["site"]
    assert told(Registry(), SITE, HALL | {"site": "moon"}).keys() == {"site"}
    assert told(Registry(), SITE, HALL | {"site": "default"}).keys() == {"site"}


def test_what_lies_somewhere_stays_there_when_sites_are_declared_later():
    registry = applied(HALL, SITE | {"id": "default"})
    applied(SITE, {"kind": "Site", "id": "depot"}, registry=registry)
    assert planned(registry, HALL).changes == ()
    early = applied(WARD)
    applied(SITE, WARD, registry=early)
    assert early.zones["ward"].site == "default"


def test_without_prune_nothing_is_deleted():
    assert planned(applied(*ALL), TEAM).changes == ()


def test_prune_deletes_what_is_not_named_last_first_but_never_actors():
    registry = applied(*ALL)
    made = planned(registry, SITE, TEAM, CONTRACT, prune=True)
    assert [(change["op"], change["kind"], change["id"]) for change in made.changes] == [
        ("delete", "Sink", "siem"),
        ("delete", "Point", "controller"),
        ("delete", "Door", "d"),
        ("delete", "Zone", "hall"),
        ("delete", "Zone", "ward"),
    ]


def test_prune_refuses_to_delete_what_is_still_named():
    registry = applied(*ALL)
    with pytest.raises(InvalidManifests) as caught:
        planned(registry, SITE, HALL, WARD, DOOR, prune=True)
    assert {problem.message for problem in caught.value.problems} == {
        "Team 'ops' cannot be deleted: actor 'amr-1' refers to it.",
        "Contract 'runner' cannot be deleted: actor 'amr-1' refers to it.",
    }
    assert told(registry, SITE, TEAM, CONTRACT, DOOR, prune=True).keys() == {"joins[0]", "joins[1]"}


@pytest.mark.parametrize("mode", ["observe", "warn"])
def test_whatever_is_not_enforced_needs_an_end(mode):
    assert told(applied(*ALL), POINT | {"mode": {"default": mode}}).keys() == {"mode.until"}
    made = planned(applied(*ALL), POINT | {"mode": {"default": mode, "until": "2090-01-31"}})
    assert (made.warnings, len(made.changes)) == ((), 1)


def test_a_grant_on_a_zone_that_is_not_there_is_taken_with_a_warning():
    wards = [{"actions": ["enter"], "resources": ["zone:wrad", "zone:ward-*", "api:any"]}]
    (warning,) = planned(applied(*ALL), CONTRACT | {"grants": wards}).warnings
    assert (warning.where, warning.line) == ("grants[0].resources[0]", 1)
    assert "Did you mean ward?" in warning.remedy


def test_a_difference_names_each_field():
    registry = applied(*ALL)
    made = planned(
        registry,
        SITE,
        TEAM,
        WARD,
        CONTRACT,
        ROBOT | {"purpose": "Waits"},
        {"kind": "Team", "id": "new"},
        without(SINK),
        HALL,
        DOOR,
        prune=True,
    )
    told = {(each["op"], each["id"]): each["fields"] for each in diff(registry, made)}
    assert told["update", "amr-1"] == [{"field": "purpose", "from": "Carries", "to": "Waits"}]
    assert told["create", "new"] == []
    assert told["delete", "controller"][0] == {"field": "type", "from": "osdp", "to": None}  # type: ignore[index]
    assert told["unchanged", "siem"] == []


@given(st.lists(st.sampled_from(ALL), max_size=6), st.sampled_from(ALL), st.data())
def test_hostile_documents_are_refused_or_can_be_recorded_and_applied(start, victim, data):
    registry = Registry()
    hostile = victim | {data.draw(st.sampled_from(list(victim))): data.draw(anything())}
    first: list[Mapping] = list({str(each): each for each in start}.values())
    for mappings in (first, [hostile]):
        before = exported(registry)
        try:
            applied(*mappings, registry=registry)
        except InvalidManifests:
            assert exported(registry) == before
    assert planned(registry, *export(registry)).changes == ()


CALENDAR = {"kind": "Calendar", "id": "shift", "closed": ["2026-12-25"]}
SCHEDULED: Mapping = {
    **CONTRACT,
    "grants": [{**CONTRACT["grants"][0], "during": [{"schedule": "shift"}, {"timezone": "UTC", "except": ["shift"]}]}],
}


def test_a_contract_names_only_calendars_that_are_declared() -> None:
    assert list(told(Registry(), SITE, HALL, WARD, SCHEDULED)) == [
        "grants[0].during[0].schedule",
        "grants[0].during[1].except[0]",
    ]
    registry = applied(SITE, HALL, WARD, SCHEDULED, CALENDAR)
    assert not planned(registry, SITE, HALL, WARD, SCHEDULED, CALENDAR).changes
    with pytest.raises(InvalidManifests, match="no Calendar 'shift'"):
        planned(registry, SITE, HALL, WARD, SCHEDULED, prune=True)


def test_a_calendar_names_a_site_and_a_time_zone_that_exist() -> None:
    assert list(told(Registry(), SITE, {**CALENDAR, "timezone": "Europe/Atlantis"})) == ["timezone"]
    assert list(told(Registry(), SITE, {**CALENDAR, "site": "elsewhere"})) == ["site"]
