import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.boot.sinks import HTTP_EVENT_LIMIT
from nameplate.exports.formats.otlp import Otlp
from nameplate.exports.formats.otlp.encoder import NAMES
from tests.exports.collectors import attributes, spans_of
from tests.exports.formats.cef.test_render import JUNK
from tests.exports.formats.ocsf.samples import AT, CASES, record

ENCODE = Otlp("clinic-1", "0.1.0")
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACED = {"trace_id": TRACE, "parent_span_id": PARENT, "sampled": True}
DECISION = {
    "kind": "decision",
    "decision_id": "clinic-1-7",
    "decision": "deny",
    "reason": "window",
    "reasons": ["window", "rate"],
    "actor": "amr-17",
    "action": "read",
    "resource": "app:x",
    "point": "api-gateway",
    "contract_revision": "c-3",
}
SEARCH = {
    "kind": "search",
    "what": "resource",
    "actor": "amr-17",
    "action": "read",
    "resource": "app:*",
    "point": "pep",
}
MOMENT_NS = 1_795_374_245_123_456_000  # AT


def encode(members: dict[str, Any]) -> list[Any]:
    """The spans of one record, each with its resource, as a collector reads them."""
    events = ENCODE({"seq": 7, "at": AT} | members)
    return [found for event in events for found in spans_of(b'{"resourceSpans":[' + event.body + b"]}")]


def test_a_decision_is_a_span_of_the_server_below_that_of_its_caller() -> None:
    ((part, span),) = encode(DECISION | TRACED)
    assert (span.trace_id.hex(), span.parent_span_id.hex(), span.name) == (TRACE, PARENT, "access decision")
    assert span.kind == span.SPAN_KIND_SERVER
    assert span.flags & 0xFF == 1
    assert span.flags & 0x300 == 0x300
    assert attributes(span) == {
        "nameplate.event_id": "clinic-1-7",
        **{f"nameplate.{name}": value for name, value in DECISION.items() if name != "kind"},
    }
    about = {"service.name": "nameplate", "service.version": "0.1.0", "service.instance.id": "clinic-1"}
    assert attributes(part.resource) == about


def test_no_duration_is_made_up_and_a_refusal_is_no_error() -> None:
    ((_, span),) = encode(DECISION | TRACED)
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (MOMENT_NS, MOMENT_NS)
    assert span.status.code == span.status.STATUS_CODE_UNSET


def test_a_search_is_a_span_too() -> None:
    ((_, span),) = encode(SEARCH | TRACED)
    assert (span.name, span.parent_span_id.hex()) == ("access search", PARENT)
    assert attributes(span)["nameplate.what"] == "resource"


def test_a_record_is_the_same_span_each_time_and_no_other_is() -> None:
    first, again = ENCODE({"seq": 7, "at": AT} | DECISION | TRACED), ENCODE({"seq": 7, "at": AT} | DECISION | TRACED)
    assert first == again
    others = [encode(DECISION | TRACED | {"seq": seq})[0][1].span_id for seq in range(1, 500)]
    assert len({*others}) == len(others)
    (elsewhere,) = Otlp("n2", "0.1.0")({"seq": 7, "at": AT} | DECISION | TRACED)
    assert spans_of(b'{"resourceSpans":[' + elsewhere.body + b"]}")[0][1].span_id not in others


@pytest.mark.parametrize(
    "other",
    [
        {"trace_id": ""},
        {"trace_id": "0" * 32},
        {"trace_id": TRACE.upper()},
        {"trace_id": TRACE + "\n"},
        {"trace_id": 7},
        {"parent_span_id": None},
        {"parent_span_id": "0" * 16},
        {"parent_span_id": PARENT[:-1]},
        {"sampled": False},
        {"sampled": None},
        {"sampled": 1},
        {"sampled": "true"},
    ],
)
@pytest.mark.parametrize("kind", [DECISION, SEARCH])
def test_without_a_whole_trace_that_is_sampled_there_is_no_span(kind: dict[str, Any], other: dict[str, Any]) -> None:
    assert encode(kind | TRACED | other) == []


def test_a_record_of_a_version_that_kept_only_the_trace_makes_no_span() -> None:
    assert encode(DECISION | {"trace_id": TRACE}) == []


@pytest.mark.parametrize(("kind", "case"), [case for case in CASES if case[0] not in NAMES])
def test_other_records_make_no_span_whatever_they_say(kind: str, case: str) -> None:
    assert ENCODE(record(kind, case) | TRACED | {"seq": 7, "at": AT}) == ()


def test_a_test_of_the_sink_is_a_trace_of_its_own() -> None:
    ((_, span),) = encode({"kind": "sink_test", "sink": "collector", "by": "uid:0"})
    assert (span.name, span.parent_span_id, span.kind) == ("sink test", b"", span.SPAN_KIND_INTERNAL)
    assert len(span.trace_id) == 16
    assert any(span.trace_id)
    assert span.trace_id[:8] != span.span_id


def test_nothing_goes_along_that_the_readers_of_traces_need_not_know() -> None:
    secret = "hunter2"
    more = dict.fromkeys(("key", "ip", "payload", "task", "presence", "unit", "sent", "token", "obligations"), secret)
    (event,) = ENCODE({"seq": 7, "at": AT} | DECISION | TRACED | more | {"sent": {"context": {"pin": secret}}})
    assert secret not in event.body.decode()


@given(kind=st.sampled_from(sorted(NAMES)), data=st.data())
def test_junk_never_raises_and_is_what_a_collector_reads(kind: str, data: st.DataObject) -> None:
    good = DECISION | SEARCH | TRACED | {"simulated": True}
    junk = data.draw(st.dictionaries(st.sampled_from(sorted(good)), JUNK))
    for event in ENCODE(good | junk | {"seq": 7, "at": AT, "kind": kind}):
        assert len(spans_of(b'{"resourceSpans":[' + event.body + b"]}")) == 1
        assert (event.uid, event.name) == ("clinic-1-7", "span")


def test_long_texts_are_cut_so_that_a_span_always_fits() -> None:
    long = {name: "\x00" * 10_000 for name in DECISION if name not in ("kind", "reasons")}
    (event,) = ENCODE({"seq": 7, "at": AT} | DECISION | TRACED | long | {"reasons": ["\x00" * 10_000] * 1000})
    assert len(event.body) < HTTP_EVENT_LIMIT


@pytest.mark.parametrize("odd", [{"seq": 0}, {"seq": True}, {"seq": "7"}, {"at": "now"}, {"at": None}, {"kind": []}])
def test_a_record_without_number_time_or_kind_makes_no_span(odd: dict[str, Any]) -> None:
    assert ENCODE({"seq": 7, "at": AT} | DECISION | TRACED | odd) == ()


def test_the_bodies_are_json_as_the_protocol_writes_it() -> None:
    (event,) = ENCODE({"seq": 7, "at": AT} | DECISION | TRACED)
    span = json.loads(event.body)["scopeSpans"][0]["spans"][0]
    assert span["startTimeUnixNano"] == str(MOMENT_NS)
    assert (span["traceId"], span["kind"]) == (TRACE, 2)
