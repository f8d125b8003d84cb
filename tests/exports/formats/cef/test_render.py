import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.exports.formats.cef import render
from nameplate.exports.formats.ocsf import MIN_LIMIT, Ocsf
from nameplate.exports.formats.ocsf.encoder import KINDS
from tests.exports.formats.ocsf.samples import AT, CASES, DECISION, record

ENCODE = Ocsf("clinic-1", "0.1.0", MIN_LIMIT, render)
HARD = 'pipe | equals = backslash \\ newline \n return \r quote " é 机 cs1=no'


def parse(line: bytes) -> tuple[list[str], dict[str, str]]:
    """A reader of CEF that shares no code with the writer: seven header fields and the extension, unescaped."""
    text = line.decode()
    assert "\n" not in text
    assert "\r" not in text
    *head, extension = re.split(r"(?<!\\)(?:\\\\)*\|", text, maxsplit=7)
    assert head[0] == "CEF:0"
    pairs = re.findall(r"(?:^| )(\w+)=((?:\\.|[^\\=])*?)(?= \w+=|$)", extension)
    assert " ".join(f"{key}={value}" for key, value in pairs) == extension
    assert len({key for key, _ in pairs}) == len(pairs)
    return [each.replace("\\|", "|").replace("\\\\", "\\") for each in head], {k: unescaped(v) for k, v in pairs}


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), value)


def one(members: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    (event,) = ENCODE({"seq": 7, "at": AT} | members)
    return parse(event.body)


def test_a_decision_says_who_what_and_why() -> None:
    head, fields = one(record("decision", "door, zone or lift, deny"))
    assert head == ["CEF:0", "Nameplate", "Nameplate", "0.1.0", "decision:deny", head[5], "3"]
    assert head[5] == "Authorize Session: Assign Privileges"
    expected = {
        "externalId": "clinic-1-7",
        "suid": "amr-17",
        "duid": "door:L1-pharmacy-entrance",
        "act": "Denied",
        "outcome": "failure",
        "reason": "window",
        "cs1": "Acme/T3/T3-00417",
        "cs1Label": "unit",
        "cs2": "enter zone:pharmacy",
        "cs3": "01JDD8",
        "cs5": "window, rate",
        "cn1": "7",
    }
    assert {key: fields.get(key) for key in expected} == expected


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_each_event_can_be_read_back(kind: str, case: str) -> None:
    for event in ENCODE(record(kind, case)):
        head, fields = parse(event.body)
        assert head[4].startswith(kind)
        assert fields["externalId"] == event.uid
        assert int(head[6]) in range(11)
        assert {key for key in fields if re.fullmatch(r"cs\d|cn1|c6a2|flexString1", key)} == {
            key.removesuffix("Label") for key in fields if key.endswith("Label")
        }


def test_the_trace_of_a_question_goes_along() -> None:
    fields = one(record("decision", "door, zone or lift, permit") | {"trace_id": "0af7"})[1]
    assert (fields["flexString1"], fields["flexString1Label"]) == ("0af7", "trace")


def test_a_signed_note_goes_along_whole() -> None:
    assert one(record("checkpoint", ""))[1]["cs6"] == CASES["checkpoint", ""]["note"]


def test_what_would_break_a_line_arrives_as_it_was() -> None:
    fields = one({"kind": "finding", "finding": HARD, "text": HARD, "severity": "critical"})[1]
    assert fields["msg"] == HARD
    assert "cs1" not in fields


def test_addresses_go_where_cef_has_them() -> None:
    call = DECISION | {"resource": "api:x", "action": "read"}
    assert one(call | {"ip": "10.0.0.7"})[1]["src"] == "10.0.0.7"
    assert one(call | {"ip": "2001:db8::7"})[1]["c6a2"] == "2001:db8::7"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


@given(kind=st.sampled_from(sorted(KINDS)), case=st.sampled_from(sorted(CASES)), data=st.data())
def test_junk_never_breaks_a_line_and_it_fits(kind: str, case: tuple[str, str], data: st.DataObject) -> None:
    good = record(*case)
    junk = data.draw(st.dictionaries(st.sampled_from(sorted(good)), JUNK))
    for event in ENCODE(good | junk | {"seq": 7, "at": AT, "kind": kind}):
        parse(event.body)
        assert len(event.body) <= MIN_LIMIT


def test_a_note_too_long_to_be_one_is_left_out_rather_than_cut() -> None:
    assert "cs6" not in one({"kind": "checkpoint", "note": "x" * 9000})[1]
