import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.exports.formats.ecs import render
from nameplate.exports.formats.ocsf import MIN_LIMIT, Ocsf
from nameplate.exports.formats.ocsf.encoder import KINDS
from tests.exports.formats.cef.test_render import JUNK
from tests.exports.formats.ocsf.samples import AT, CASES, record

ENCODE = Ocsf("clinic-1", "0.1.0", MIN_LIMIT, render)
# Top-level field sets and allowed values as the published reference of ECS 8.17 lists them.
SETS = {"@timestamp", "message", "ecs", "event", "user", "source", "device", "rule", "related", "nameplate"}
CATEGORIES = {"api", "authentication", "configuration", "iam", "intrusion_detection", "process", "session"}
TYPES = {"access", "allowed", "change", "denied", "indicator", "info"}


def one(members: dict[str, Any]) -> dict[str, Any]:
    (event,) = ENCODE({"seq": 7, "at": AT} | members)
    document: dict[str, Any] = json.loads(event.body)
    return document


def test_a_decision_says_who_what_and_why() -> None:
    document = one(record("decision", "door, zone or lift, deny"))
    assert document["@timestamp"] == AT
    assert document["event"]["id"] == "clinic-1-7"
    assert (document["event"]["outcome"], document["event"]["type"]) == ("failure", ["access", "denied"])
    assert document["user"]["id"] == "amr-17"
    assert document["device"]["manufacturer"] == "Acme"
    assert document["nameplate"]["reason"] == "window"
    assert document["nameplate"]["data"]["reader"] == "r1"
    assert document["related"] == {"user": ["amr-17"]}


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_each_document_has_only_field_sets_and_values_that_ecs_knows(kind: str, case: str) -> None:
    for event in ENCODE(record(kind, case)):
        document = json.loads(event.body)
        assert set(document) <= SETS
        assert set(document["event"]["category"]) <= CATEGORIES
        assert set(document["event"]["type"]) <= TYPES
        assert document["event"]["outcome"] in {"success", "failure", "unknown"}
        # What an outcome means to people is told by the alarm that it raises.
        alert = "finding" in event.name and kind != "outcome"
        assert document["event"]["kind"] == ("alert" if alert else "event")


def test_the_trace_of_a_question_goes_along() -> None:
    assert one(record("decision", "door, zone or lift, permit") | {"trace_id": "0af7"})["trace"] == {"id": "0af7"}


def test_a_signed_note_goes_along_whole() -> None:
    assert one(record("checkpoint", ""))["event"]["original"] == CASES["checkpoint", ""]["note"]


@given(kind=st.sampled_from(sorted(KINDS)), case=st.sampled_from(sorted(CASES)), data=st.data())
def test_junk_never_raises_and_fits(kind: str, case: tuple[str, str], data: st.DataObject) -> None:
    good = record(*case)
    junk = data.draw(st.dictionaries(st.sampled_from(sorted(good)), JUNK))
    for event in ENCODE(good | junk | {"seq": 7, "at": AT, "kind": kind}):
        assert json.loads(event.body)["event"]["id"] == event.uid
        assert len(event.body) <= MIN_LIMIT
