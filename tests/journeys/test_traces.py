"""A traced question over HTTP, and what an OpenTelemetry collector gets of it."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.world import World, question
from tests.exports.certificates import Authority
from tests.exports.collectors import attributes, spans_of
from tests.exports.receivers import Receiver, receiving
from tests.exports.rsyslogd import until

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00"
EVALUATION, EVALUATIONS, SEARCH = "/access/v1/evaluation", "/access/v1/evaluations", "/access/v1/search/action"
QUESTION = question("bob", "write", "record-1")
WANTED = {name: QUESTION[name] for name in ("subject", "resource")}


def received(receiver: Receiver) -> list[Any]:
    return [span for got in receiver.requests for _, span in spans_of(got.body)]


@pytest.fixture(name="world")
def world_fixture(tmp_path: Path):
    with running_server(tmp_path, free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES='["user"]') as server:
        yield World(server)


def test_what_was_asked_within_a_sampled_trace_is_a_span_below_its_callers(world: World, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    denied = world.post(EVALUATION, QUESTION, Traceparent=SAMPLED, X_Request_ID="r-1")
    batch = QUESTION | {"evaluations": [{"action": {"name": "read"}}, {"action": {"name": "write"}}]}
    both = world.post(EVALUATIONS, batch, Traceparent=SAMPLED).body["evaluations"]
    world.post(SEARCH, WANTED, Traceparent=SAMPLED)
    for other in ("", "nonsense", UNSAMPLED, f"00-{TRACE}-{PARENT}-01-more"):
        assert world.post(EVALUATION, QUESTION, Traceparent=other).status == 200
    with receiving(tls=authority.issue("collector")) as collector:
        world.server.client.post("/v1/credentials", {"name": "otel", "value": "aHVudGVyMg=="})
        world.apply(
            f"{{kind: Sink, id: traces, format: otlp, to: '{collector.url}/v1/traces', gzip: true,"
            f" auth: {{credential: otel}}, tls: {{ca: '{authority.cert}'}}}}"
        )
        assert world.run("sink", "test", "traces").code == 0
        (test,) = [span for span in received(collector) if span.name == "sink test"]
        spans = [span for span in received(collector) if span != test]
        ids = [each["context"]["decision_id"] for each in (denied.body, *both)]
        found = {attributes(span).get("nameplate.decision_id", span.name): span for span in spans}
        assert set(found) == {*ids, "access search"}
        assert {(span.trace_id.hex(), span.parent_span_id.hex()) for span in spans} == {(TRACE, PARENT)}
        told = attributes(found[ids[0]])
        expected = {"decision": "deny", "actor": "bob", "action": "write", "point": "pep", "request_id": "r-1"}
        assert {name: told[f"nameplate.{name}"] for name in expected} == expected
        assert test.trace_id.hex() != TRACE
        assert {got.headers["authorization"] for got in collector.requests} == {"Bearer hunter2"}
        assert not any(word.encode() in got.body for got in collector.requests for word in ("hunter2", world.token))
        once = {span.span_id for span in spans}
        collector.requests.clear()
        assert world.run("sink", "replay", "traces", "--from", "2026-01-01T00:00:00Z").code == 0
        until(lambda: once <= {span.span_id for span in received(collector)}, "spans are missing")


def test_spans_that_a_collector_rejects_are_dead_letters_until_it_takes_them(world: World) -> None:
    rejecting = b'{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no room"}}'
    with receiving(lambda _: (200, {}, rejecting)) as collector:
        world.apply(f"{{kind: Sink, id: traces, format: otlp, to: '{collector.url}/v1/traces'}}")
        world.post(EVALUATION, QUESTION, Traceparent=SAMPLED)
        # A sink that is about to start says so, in place of a list.
        letters = partial(world.run, "sink", "dead-letter", "traces", "--json")
        until(lambda: (told := letters()).code == 0 and bool(told.json["items"]), "nothing was told")
        (letter,) = letters().json["items"]
        assert letter["why"] == "1 of 1 spans rejected: no room"
        collector.answer = lambda _: (200, {}, b"{}")
        assert world.run("sink", "dead-letter", "traces", "--retry", "--json").json["sent"] == 1
        first, again = received(collector)
        assert first == again
