import copy
from typing import Any

import pytest
from hypothesis import given

from nameplate.domain.actors import State
from nameplate.domain.errors import Invalid
from nameplate.domain.manifests.documents import KINDS
from nameplate.domain.registry import Enrolment, Registry, fold, unit_key
from nameplate.domain.timestamps import parse_rfc3339
from tests.domain.journal_records import actor, at, decision, door, histories, key, order, passage, put

Record = dict[str, Any]


def told(*bodies: Record) -> Registry:
    registry = Registry()
    for seq, body in enumerate(bodies, 1):
        fold(registry, {"seq": seq, "at": at(seq)} | body)
    return registry


def declare(*changes: Record) -> Record:
    return {"kind": "declared", "by": "uid:0", "changes": list(changes)}


def offered(ident: str, code_hash: str) -> Record:
    return {"kind": "enrolment_offered", "actor": ident, "code_hash": code_hash, "expires_at": at(99), "by": "uid:0"}


WIRED = {"kind": "Point", "id": "p", "type": "osdp", "channels": [{"door": "d", "to": "pty:/x", "fire_input": 3}]}
ACTIVE = put(actor("amr-1", owner="o", purpose="p", state="active"))


@given(histories())
def test_the_same_journal_always_makes_the_same_state(history):
    first, second = Registry(), Registry()
    touched = [fold(first, record) for record in history]
    assert touched == [fold(second, copy.deepcopy(record)) for record in history]
    assert first == second
    assert first.seq == len(history)


@given(histories())
def test_a_record_applied_twice_in_a_row_counts_once(history):
    once, twice = Registry(), Registry()
    for record in history:
        fold(once, record)
        fold(twice, record)
        fold(twice, record)
        assert twice == once


@given(histories())
def test_a_history_never_meets_a_state_that_refuses_it(history):
    registry = Registry()
    for record in history:
        fold(Registry(), record)
        fold(registry, record)


@given(histories())
def test_no_history_moves_a_cut_off_back_revives_the_retired_or_forgets_a_key(history):
    registry = Registry()
    for record in history:
        before = copy.deepcopy(registry)
        fold(registry, record)
        for ident, standing in before.standings.items():
            now = registry.standings[ident]
            assert (now.cut_off or 0) >= (standing.cut_off or 0)
            assert now.state is State.RETIRED or standing.state is not State.RETIRED
            assert now.counter >= standing.counter or now.key != standing.key
        assert before.keys.keys() <= registry.keys.keys()
        assert all(registry.keys[handle].revoked for handle, bound in before.keys.items() if bound.revoked)
        assert before.units.keys() <= registry.units.keys()


@given(histories())
def test_what_changed_is_always_told(history):
    registry = Registry()
    for record in history:
        before = copy.deepcopy(registry)
        touched = set(fold(registry, record))
        for kind, table in [(kind, kind) for kind in KINDS] + [
            ("standing", "Standing"),
            ("key", "Key"),
            ("unit", "Unit"),
        ]:
            old, new = before.table(table), registry.table(table)
            changed = {ident for ident in old.keys() | new.keys() if old.get(ident) != new.get(ident)}
            assert {(kind, ident) for ident in changed} <= touched


@given(histories())
def test_an_actor_has_one_live_key_and_one_open_enrolment_at_most(history):
    registry = Registry()
    for record in history:
        fold(registry, record)
    live = [bound.actor for bound in registry.keys.values() if not bound.revoked]
    assert len(live) == len(set(live))
    assert {registry.standings[ident].key for ident in live} <= registry.keys.keys()
    assert registry.offers == {offer.actor: code for code, offer in registry.enrolments.items()}


def test_declaring_again_lifts_no_stop_and_loses_no_key():
    registry = told(declare(ACTIVE), key("amr-1", 1), order("suspend", ["amr-1"], 3), declare(ACTIVE))
    standing = registry.standings["amr-1"]
    assert (standing.state, standing.key, standing.cut_off) == (State.SUSPENDED, "amr-1-1", parse_rfc3339(at(3)))


def test_a_new_actor_starts_as_it_was_declared():
    registry = told(declare(ACTIVE, put(actor("bot"))))
    assert registry.standings["amr-1"].state is State.ACTIVE
    assert registry.standings["bot"].state is State.STAGED
    assert registry.units == {unit_key(("Acme", "T3", "T3-5")): "amr-1"}


def test_a_cut_off_outlives_reactivation_and_never_moves_back():
    registry = told(
        declare(ACTIVE),
        order("suspend", ["amr-1"], 50),
        order("activate", ["amr-1"], 0),
        order("suspend", ["amr-1"], 20),
    )
    assert registry.standings["amr-1"].cut_off == parse_rfc3339(at(50))


def test_a_stop_without_a_cut_off_cuts_off_at_its_own_time():
    stop = order("suspend", ["amr-1"], 50)
    del stop["cut_off"]
    assert told(declare(ACTIVE), stop).standings["amr-1"].cut_off == parse_rfc3339(at(2))


def test_retired_is_final():
    registry = told(declare(ACTIVE), order("retire", ["amr-1"], 2), order("activate", ["amr-1"], 3))
    assert registry.standings["amr-1"].state is State.RETIRED


def test_an_order_over_many_moves_each_and_ignores_strangers():
    registry = told(declare(ACTIVE, put(actor("bot"))), order("quarantine", ["amr-1", "stranger", "bot"], 2))
    assert {standing.state for standing in registry.standings.values()} == {State.QUARANTINED}
    assert "stranger" not in registry.standings


def test_a_new_key_revokes_the_former_and_starts_counting_anew():
    registry = told(declare(ACTIVE), key("amr-1", 1), decision("amr-1", 1, 7), key("amr-1", 2))
    assert (registry.keys["amr-1-1"].revoked, registry.keys["amr-1-2"].revoked) == (True, False)
    assert (registry.standings["amr-1"].key, registry.standings["amr-1"].counter) == ("amr-1-2", 0)


def test_a_key_on_record_is_never_bound_again():
    registry = told(declare(ACTIVE, put(actor("bot"))), key("amr-1", 1), key("bot", 2) | {"handle": "amr-1-1"})
    assert registry.keys["amr-1-1"].actor == "amr-1"
    assert registry.standings["bot"].key == ""


def test_counters_only_grow_and_only_for_the_key_that_is_bound():
    start = (declare(ACTIVE), key("amr-1", 1), decision("amr-1", 1, 7))
    assert told(*start).standings["amr-1"].counter == 7
    assert told(*start, decision("amr-1", 1, 5)).standings["amr-1"].counter == 7
    assert told(*start, decision("amr-1", 2, 9)).standings["amr-1"].counter == 7
    assert told(*start, decision("amr-1", 1, 9, simulated=True)).standings["amr-1"].counter == 7
    assert told(*start, decision("amr-1", 1, 9)).standings["amr-1"].counter == 9


def test_a_newer_offer_a_bound_key_and_a_stop_each_end_an_enrolment():
    start = (declare(ACTIVE), offered("amr-1", "c1"))
    assert told(*start).enrolments == {"c1": Enrolment("amr-1", parse_rfc3339(at(99)) or 0)}
    assert told(*start, offered("amr-1", "c2")).enrolments.keys() == {"c2"}
    assert told(*start, key("amr-1", 1)).enrolments == {}
    assert told(*start, order("suspend", ["amr-1"], 3)).enrolments == {}
    assert told(*start, order("activate", ["amr-1"], 3)).enrolments.keys() == {"c1"}


def test_a_passage_through_a_door_we_know_says_where_the_actor_is():
    start = (declare(ACTIVE, put(door)),)
    inside = told(*start, passage("amr-1", ("hall", "ward"), 1)).standings["amr-1"]
    assert (inside.zone, inside.zone_at) == ("ward", parse_rfc3339(at(1)))
    for zones in (("hall", "moon"), ("hall", "hall"), ("moon", "ward")):
        assert told(*start, passage("amr-1", zones, 1)).standings["amr-1"].zone == ""
    assert told(*start, passage("amr-1", ("hall", "ward"), 1) | {"door": "x"}).standings["amr-1"].zone == ""


def test_a_point_whose_clock_is_ahead_cannot_make_a_passage_look_younger():
    standing = told(declare(ACTIVE, put(door)), passage("amr-1", ("hall", "ward"), 90)).standings["amr-1"]
    assert standing.zone_at == parse_rfc3339(at(2))


def test_a_permit_alone_moves_nobody():
    assert told(declare(ACTIVE, put(door)), decision("amr-1", 1, None)).standings["amr-1"].zone == ""


def test_a_deleted_contract_leaves_its_revision_behind():
    contract = {"kind": "Contract", "id": "c"}
    registry = told(declare(put(contract, revision=3)), declare({"op": "delete", "kind": "Contract", "id": "c"}))
    assert (registry.contracts, registry.revisions) == ({}, {"Contract/c": 3})


def test_an_actor_is_never_deleted_nor_is_anything_that_is_not_declared():
    start = (declare(ACTIVE), key("amr-1", 1))
    registry = told(
        *start,
        declare({"op": "delete", "kind": "Actor", "id": "amr-1"}, {"op": "delete", "kind": "key", "id": "amr-1-1"}),
    )
    assert "amr-1" in registry.actors
    assert "amr-1-1" in registry.keys


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "declared"},
        {"kind": "declared", "changes": [put({"kind": "Actor", "id": "x"})]},
        {"kind": "declared", "changes": [put({"kind": "Contract", "id": "c"})]},
        {"kind": "declared", "changes": [ACTIVE, {"op": "put"}]},
        {"kind": "state", "order": "suspend", "to": "elsewhere", "actors": []},
        {"kind": "state", "order": "suspend", "to": "suspended"},
        {"kind": "key_bound", "actor": "amr-1", "handle": "h", "public": "not hex"},
        {"kind": "enrolment_offered", "actor": "amr-1", "code_hash": "c", "expires_at": "soon"},
    ],
)
def test_a_record_that_we_cannot_have_written_is_refused_and_changes_nothing(record):
    registry = told(declare(ACTIVE))
    before = copy.deepcopy(registry)
    with pytest.raises(Invalid) as caught:
        fold(registry, {"seq": 2, "at": at(2)} | record)
    assert "Record 2" in caught.value.message
    assert caught.value.remedy
    assert registry == before


def test_an_undeclared_default_site_is_there_and_a_declared_one_wins():
    assert Registry().site("default").timezone == "UTC"
    assert (
        told(declare(put({"kind": "Site", "id": "default", "timezone": "Europe/Berlin"}))).site("default").timezone
        == "Europe/Berlin"
    )


def fire(happening: str = "fire", where: str = "d") -> Record:
    return {"kind": "outcome", "point": "p", "happening": happening, "door": where}


def test_a_fire_lasts_until_its_contact_opens_and_stands_for_the_site_of_its_door():
    assert told(declare(put(door), put(WIRED)), fire()).fires == {"d": "default"}
    assert told(declare(put(door), put(WIRED)), fire(), fire("fire_cleared")).fires == {}
    assert told(declare(put(door)), fire(where="elsewhere")).fires == {}


@pytest.mark.parametrize(
    "change",
    [
        {"op": "delete", "kind": "Door", "id": "d"},
        {"op": "delete", "kind": "Point", "id": "p"},
        put(WIRED | {"channels": [{"door": "d", "to": "pty:/x"}]}),
    ],
)
def test_a_fire_whose_end_nobody_would_report_does_not_last(change):
    assert told(declare(put(door), put(WIRED)), fire(), declare(change)).fires == {}
