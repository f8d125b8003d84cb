import json

import pytest

from nameplate.domain.lifecycle import TRANSITIONS
from nameplate.exports.formats.ocsf.lifecycle import ORDERS
from tests.exports.formats.ocsf.samples import ACTOR, CASES, STATE, STOP, UNIT, encoded, errors, one

QUARANTINE = STATE | STOP | {"order": "quarantine", "to": "quarantined"}


def test_each_order_of_the_domain_has_an_activity() -> None:
    assert set(ORDERS) == set(TRANSITIONS)


def test_a_stop_names_the_unit_the_reason_and_who_ordered_it() -> None:
    event = one(QUARANTINE)
    assert event["comment"] == "Battery on fire"
    assert event["actor"]["user"] == {"uid": "0", "name": "uid:0", "type_id": 2, "type": "Admin"}
    assert event["entity"]["device"]["hw_info"]["serial_number"] == "T3-00417"
    assert event["entity"]["data"] == {"state": "active"}
    assert event["entity_result"]["data"]["state"] == "quarantined"
    assert event["metadata"]["correlation_uid"] == "01JDS1"


def test_an_order_that_nobody_knows_goes_out_by_its_own_name() -> None:
    event = one(STATE | {"order": "polish", "to": "shiny"})
    assert (event["activity_id"], event["activity_name"]) == (99, "polish")
    assert errors(event) == []


def test_an_order_without_actors_makes_no_event() -> None:
    assert encoded(STATE | {"order": "suspend", "actors": []}) == []
    assert encoded(STATE | {"order": "suspend", "actors": "all"}) == []


def test_an_actor_that_is_no_object_keeps_the_ids_of_the_others() -> None:
    events = encoded(STATE | {"order": "suspend", "actors": [7, {"id": "b"}]})
    assert [event["entity"]["uid"] for event in events] == ["unknown", "b"]


def test_each_change_is_an_event() -> None:
    changes = [{"op": "put", "doc": ACTOR}, {"op": "delete", "kind": "Team", "id": "t"}]
    first, second = encoded({"kind": "declared", "by": "uid:0", "changes": changes})
    assert first["entity"]["user"]["type"] == "Robot"
    assert first["entity"]["device"]["uid"] == UNIT
    assert first["entity"]["data"] == ACTOR
    assert (second["activity_name"], second["entity"]["uid"]) == ("Delete", "t")


def test_a_contract_is_a_policy_with_its_revision() -> None:
    event = one(CASES["declared", "put, later revision"])
    assert event["entity"]["policy"] == {"uid": "pharmacy-runner", "version": "4"}


def test_a_team_is_a_group() -> None:
    team = {"kind": "Team", "id": "ops", "name": "Operations"}
    event = one({"kind": "declared", "changes": [{"op": "put", "doc": team}]})
    assert event["entity"]["group"] == {"uid": "ops", "name": "Operations"}
    assert errors(event) == []


@pytest.mark.parametrize(("kind", "secret"), [("enrolment_offered", "never-shown-1"), ("caller", "never-shown-2")])
def test_the_hash_of_a_secret_stays_at_home(kind: str, secret: str) -> None:
    record = CASES[kind, ""]
    assert secret in json.dumps(record)
    assert secret not in json.dumps(encoded(record))


def test_an_offer_is_not_yet_a_success() -> None:
    assert one(CASES["enrolment_offered", ""])["status"] == "Offered"
    assert one(CASES["key_bound", ""])["status"] == "Success"


def test_a_receipt_goes_out_with_its_signature() -> None:
    event = one(CASES["receipt", ""])
    assert event["unmapped"]["signature"] == "51697"
    assert event["unmapped"]["ms"] == 1.25
    assert event["duration"] == 1


@pytest.mark.parametrize("ms", [-1, "1", True, float("inf"), float("nan"), 10**30])
def test_a_duration_that_is_none_is_left_out(ms: object) -> None:
    event = one(CASES["receipt", ""] | {"ms": ms})
    assert "duration" not in event
    assert "ms" not in event["unmapped"]
