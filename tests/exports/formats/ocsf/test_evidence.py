import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.exports.formats.ocsf.evidence import record_of
from tests.exports.formats.ocsf.samples import ACTOR, AT, ENCODE, STATE, STOP, UNIT, encoded

KEY = {"kind": "key_bound", "actor": "amr-17", "handle": "9f2c", "public": "02aa", "unit": UNIT}


def test_a_stop_comes_back_as_it_was_recorded() -> None:
    (event,) = encoded(STATE | STOP | {"order": "quarantine", "to": "quarantined"})
    told = record_of(event)
    assert told is not None
    assert told[0] == "clinic-1"
    known = {"seq": 7, "at": AT, "kind": "state", "to": "quarantined", "actors": [{"id": "amr-17"}]}
    assert told[1] == known | STOP | {"reason": "Battery on fire"}


@pytest.mark.parametrize(
    ("record", "members"),
    [
        (KEY, {"actor": "amr-17"}),
        ({"kind": "caller", "name": "pep", "token_hash": "aa", "by": "uid:0"}, {"name": "pep"}),
        (
            {"kind": "declared", "by": "uid:0", "changes": [{"op": "put", "doc": ACTOR}]},
            {"changes": [{"op": "put", "doc": ACTOR}]},
        ),
        ({"kind": "started", "node": "clinic-1"}, {}),
    ],
)
def test_of_other_kinds_that_comes_back_which_takes_away(record: dict[str, Any], members: dict[str, Any]) -> None:
    (event,) = encoded(record)
    assert record_of(event) == ("clinic-1", {"seq": 7, "at": AT, "kind": record["kind"]} | members)


def test_events_of_others_are_none_of_ours() -> None:
    (event,) = encoded(KEY)
    assert record_of({}) is None
    other = json.loads(json.dumps(event))
    other["metadata"]["product"]["vendor_name"] = "Acme"
    assert record_of(other) is None


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_whatever_an_event_holds_there_is_an_answer(junk: object) -> None:
    (event,) = ENCODE({"seq": 7, "at": AT} | KEY)
    members = json.loads(event.body)
    for name in ("metadata", "entity", "entity_result"):
        record_of(members | {name: junk})
