import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.exports.formats.ocsf import MIN_LIMIT, Ocsf
from nameplate.exports.formats.ocsf.encoder import KINDS
from tests.exports.formats.ocsf.samples import AT, CASES, DECISION, ENCODE, STATE, UNIT, encoded, errors, one, record

DOCUMENT = Path(__file__).parents[4] / "docs" / "reference" / "events.md"
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just(UNIT) | st.just(AT),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = sorted(
    {name for members in CASES.values() for name in members} - {"kind"} | {"simulated", "distance_m", "ip"}
)


def row(kind: str, case: str) -> str:
    event = one(CASES[kind, case])
    what = f"{event['class_uid']} {event['class_name']}", f"{event['activity_id']} {event['activity_name']}"
    return f"| {kind} | {case} | {' | '.join(what)} | {event['severity_id']} {event['severity']} |"


def examples() -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each section of the document: a record, then its events."""
    blocks = [section.split("```json\n")[1:] for section in DOCUMENT.read_text().split("\n## ")]
    parsed = [[json.loads(block.split("```")[0]) for block in section] for section in blocks if section]
    return [(section[0], section[1:]) for section in parsed]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_each_event_is_valid_under_the_published_schema(kind: str, case: str) -> None:
    for event in ENCODE(record(kind, case)):
        assert errors(event) == []


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_a_broken_copy_of_each_event_is_not(kind: str, case: str) -> None:
    event = one(CASES[kind, case])
    assert errors({name: value for name, value in event.items() if name != "time"})
    assert errors(event | {"severity_id": 42})
    assert errors(event | {"type_uid": event["type_uid"] + 50})
    assert errors(event | {"door": "L1"})


def test_each_kind_has_a_case_and_each_case_a_row_in_the_document() -> None:
    assert {kind for kind, _ in CASES} == set(KINDS)
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| ") and line.split()[1] in KINDS]
    assert rows == [row(kind, case) for kind, case in CASES]


def test_the_examples_in_the_document_are_what_the_code_makes() -> None:
    assert {record["kind"] for record, _ in examples()} == set(KINDS)
    for members, events in examples():
        assert [json.loads(event.body) for event in ENCODE(members)] == events


def test_an_unknown_kind_makes_no_event() -> None:
    assert encoded(DECISION)
    assert encoded(DECISION | {"kind": "decisions"}) == []
    assert encoded(DECISION | {"kind": ["decision"]}) == []


@pytest.mark.parametrize("broken", [{"seq": 0}, {"seq": True}, {"seq": "7"}, {"at": "noon"}, {"at": 7}])
def test_a_record_without_a_number_or_a_time_makes_no_event(broken: dict[str, Any]) -> None:
    assert encoded(DECISION | broken) == []


def test_several_actors_make_one_event_each_with_an_id_of_its_own() -> None:
    actors = [{"id": "a", "from": "active"}, {"id": "b", "from": "active"}]
    events = encoded(STATE | {"order": "suspend", "to": "suspended", "actors": actors})
    assert [event["metadata"]["uid"] for event in events] == ["clinic-1-7-0", "clinic-1-7-1"]
    assert [event["entity"]["uid"] for event in events] == ["a", "b"]


def test_the_id_of_an_event_is_the_same_each_time_and_not_that_of_another_record() -> None:
    first, again = ENCODE(record("started", ""))[0], ENCODE(record("started", ""))[0]
    assert first == again
    assert first.uid == "clinic-1-7"
    assert ENCODE(record("started", "") | {"seq": 8})[0].uid == "clinic-1-8"


def test_the_event_says_where_it_comes_from() -> None:
    event = one(DECISION)
    assert event["time"] == 1795374245123
    assert event["metadata"] | {"product": 0} == {
        "version": "1.8.0",
        "product": 0,
        "uid": "clinic-1-7",
        "sequence": 7,
        "log_name": "journal",
        "log_provider": "clinic-1",
        "event_code": "decision",
        "original_time": AT,
        "profiles": ["host", "security_control"],
        "correlation_uid": "01JDD8",
    }


def test_what_the_sink_reads_beside_the_body_is_the_same() -> None:
    (event,) = ENCODE(record("decision", "door, zone or lift, deny"))
    assert (event.seq, event.name, event.severity.value) == (7, "authorize_session", "low")
    assert event.at == 1795374245123456


def test_a_limit_too_small_for_an_event_is_refused() -> None:
    with pytest.raises(ValueError, match=str(MIN_LIMIT)):
        Ocsf("n", "1", MIN_LIMIT - 1)


@given(kind=st.sampled_from(sorted(KINDS)), junk=st.dictionaries(st.sampled_from(MEMBERS), JUNK))
def test_junk_never_raises_and_what_comes_out_is_valid_and_fits(kind: str, junk: dict[str, Any]) -> None:
    for event in Ocsf("n", "1", MIN_LIMIT)({"seq": 1, "at": AT} | junk | {"kind": kind}):
        assert errors(event) == []
        assert len(event.body) <= MIN_LIMIT
        assert b"\n" not in event.body


@given(data=st.data(), case=st.sampled_from(sorted(CASES)))
def test_one_junk_value_in_a_good_record_never_raises(data: st.DataObject, case: tuple[str, str]) -> None:
    good = record(*case)
    name = data.draw(st.sampled_from(sorted(good)))
    for event in ENCODE(good | {name: data.draw(JUNK)}):
        assert errors(event) == []
