import json

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.exports.formats.otlp import Otlp
from nameplate.exports.https import Answer
from nameplate.exports.sinks.http import Settings
from nameplate.exports.sinks.http.otlp import MOST, export_request, is_final, rejected_spans
from nameplate.ports.sink import Busy
from tests.exports.collectors import spans_of
from tests.exports.formats.ocsf.samples import AT
from tests.exports.formats.otlp.test_encoder import DECISION, TRACED
from tests.exports.receivers import OK, Got, Reply, receiving
from tests.exports.sinks.http.test_sink import send

ENCODE = Otlp("n", "0.1.0")
EVENTS = [event for seq in range(1, 6) for event in ENCODE({"seq": seq, "at": AT} | DECISION | TRACED)]


def partial(rejected: object, message: str = "") -> Answer:
    told = {"partialSuccess": {"rejectedSpans": rejected, "errorMessage": message}}
    return Answer(200, {}, json.dumps(told).encode())


def settings(url: str) -> Settings:
    return Settings(f"{url}/v1/traces", "n", "otlp", "otlp", secret=b"hunter2")


def ids(got: Got) -> list[str]:
    return [span.span_id.hex() for _, span in spans_of(got.body)]


def test_a_collector_reads_every_span_of_a_request() -> None:
    found = spans_of(export_request(EVENTS, Settings("https://x", "n")))
    assert len({span.span_id for _, span in found}) == len(EVENTS)


def test_spans_go_as_json_in_requests_of_bounded_size() -> None:
    many = [event for seq in range(1, MOST + 2) for event in ENCODE({"seq": seq, "at": AT} | DECISION | TRACED)]
    with receiving() as receiver:
        assert send(settings(receiver.url), many) == []
    assert [len(ids(got)) for got in receiver.requests] == [MOST, 1]
    first = receiver.requests[0]
    assert (first.path, first.headers["content-type"]) == ("/v1/traces", "application/json")
    assert first.headers["authorization"] == "Bearer hunter2"


@pytest.mark.parametrize("body", [b"{}", b'{"partialSuccess":{}}', b'{"partialSuccess":null}', b'{"newer":1}'])
def test_an_answer_without_rejections_means_that_all_was_taken(body: bytes) -> None:
    assert rejected_spans(Answer(200, {}, body), EVENTS) == []


def test_a_warning_refuses_nothing() -> None:
    assert rejected_spans(partial("0", "use gzip"), EVENTS) == []


@pytest.mark.parametrize("rejected", ["2", 2])
def test_of_rejected_spans_nobody_knows_which_and_all_are_told(rejected: object) -> None:
    refused = rejected_spans(partial(rejected, "too old"), EVENTS)
    assert refused is not None
    assert [each.event for each in refused] == EVENTS
    assert {each.why for each in refused} == {"2 of 5 spans rejected, without saying which: too old"}
    alone = rejected_spans(partial("1", "too old"), EVENTS[:1]) or []
    assert [each.why for each in alone] == ["1 of 1 spans rejected: too old"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"welcome",
        b"[]",
        b'{"partialSuccess":7}',
        b'{"partialSuccess":{"rejectedSpans":"some"}}',
        b'{"partialSuccess":{"rejectedSpans":"' + b"9" * 5000 + b'"}}',
    ],
)
def test_an_answer_that_no_collector_gives_means_once_more(body: bytes) -> None:
    assert rejected_spans(Answer(200, {}, body), EVENTS) is None
    with receiving(lambda _: (200, {}, body)) as receiver, pytest.raises(Unavailable):
        send(settings(receiver.url), EVENTS)


def test_a_partial_success_is_never_sent_again() -> None:
    with receiving(lambda _: (200, {}, partial("1", "no").body)) as receiver:
        refused = send(settings(receiver.url), EVENTS)
    assert (len(refused), len(receiver.requests)) == (5, 1)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 408, 500, 501])
def test_what_the_protocol_forbids_to_send_again_is_refused_at_once_and_whole(status: int) -> None:
    assert is_final(status)
    with receiving(lambda _: (status, {}, b"no")) as receiver:
        refused = send(settings(receiver.url), EVENTS)
    assert [each.why for each in refused] == [f"HTTP {status} no"] * 5
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_collector_that_is_busy_is_waited_for_as_long_as_it_asks(status: int) -> None:
    assert not is_final(status)
    with receiving(lambda _: (status, {"retry-after": "17"}, b"")) as receiver, pytest.raises(Busy) as caught:
        send(settings(receiver.url), EVENTS)
    assert caught.value.after == 17.0
    with receiving(lambda _: (status, {}, b"")) as receiver, pytest.raises(Unavailable):
        send(settings(receiver.url), EVENTS)


def test_a_span_that_is_bad_data_is_singled_out() -> None:
    bad = json.loads(EVENTS[2].body)["scopeSpans"][0]["spans"][0]["spanId"]

    def picky(got: Got) -> Reply:
        return (400, {}, b"bad data") if bad in ids(got) else OK

    with receiving(picky) as receiver:
        assert [each.event for each in send(settings(receiver.url), EVENTS)] == [EVENTS[2]]


def test_a_redirect_is_not_followed_and_not_final() -> None:
    with receiving(lambda _: (307, {"location": "http://127.0.0.1:1/"}, b"")) as receiver, pytest.raises(Unavailable):
        send(settings(receiver.url), EVENTS)
    assert len(receiver.requests) == 1
