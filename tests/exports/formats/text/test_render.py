from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nameplate.exports.formats.ocsf import MIN_LIMIT, Ocsf
from nameplate.exports.formats.text import render
from tests.exports.formats.ocsf.samples import AT, CASES, record

ENCODE = Ocsf("clinic-1", "0.1.0", MIN_LIMIT, render)


def one(members: dict[str, Any]) -> str:
    (event,) = ENCODE({"seq": 7, "at": AT} | members)
    return event.body.decode()


def test_a_finding_says_what_where_who_when_and_what_to_do() -> None:
    text = one(record("outcome", "`door_forced`") | {"actor": "amr-17", "unit": "Acme/T3/T3-00417"})
    assert text.split("\n") == [
        "[High] Door forced open: door:L1-pharmacy-entrance",
        "",
        "What:    Door forced open: L1-pharmacy-entrance",
        "Where:   door:L1-pharmacy-entrance, door-controller-1",
        "Who:     amr-17 (Acme/T3/T3-00417)",
        "When:    2026-11-22T19:04:05.123456Z (UTC)",
        "To do:   Go there, or look: it opened without a permit.",
        "Event:   clinic-1-7",
    ]


def test_a_refusal_says_how_to_see_why() -> None:
    text = one(record("decision", "door, zone or lift, deny"))
    assert "To do:   See why: nameplate decision explain 01JDD8." in text


@given(name=st.text(max_size=200), text=st.text(max_size=9000), case=st.sampled_from(sorted(CASES)), junk=st.text())
def test_no_text_adds_a_line_or_commands_a_terminal(name: str, text: str, case: tuple[str, str], junk: str) -> None:
    members = {"kind": "finding", "finding": name, "text": text, "severity": "high", "actor": junk}
    for event in (*ENCODE({"seq": 7, "at": AT} | members), *ENCODE(record(*case) | {"reason": junk})):
        lines = event.body.decode().split("\n")
        assert lines[1] == ""
        # A signed note follows evidence, whole, behind a line of nothing.
        told = lines[2 : lines.index("", 2)] if case[0] in {"checkpoint", "node_key"} and "" in lines[2:] else lines[2:]
        assert [line[:4] for line in told] in (
            ["What", "Wher", "Who:", "When", "To d", "Even"],
            ["What", "Wher", "When", "To d", "Even"],
        )
        assert all(line.isprintable() for line in lines)
        assert len(event.body) <= MIN_LIMIT


def test_evidence_goes_out_whole_or_not_at_all() -> None:
    note = str(CASES["checkpoint", ""]["note"])
    text = one(record("checkpoint", ""))
    assert text.endswith(f"\n\n{note}")
    assert "To do:   Keep this" in text
    assert one(record("node_key", "")).endswith("ef" * 64 + "\n")
    long = "x" * MIN_LIMIT
    assert long[:100] not in one({"kind": "checkpoint", "note": long})
