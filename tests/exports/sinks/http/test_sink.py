import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.exports.sinks.http import HttpSink, Settings
from nameplate.exports.tls import client_context
from nameplate.ports.sink import Busy, Event, Refusal
from tests.exports.certificates import Authority
from tests.exports.receivers import OK, Elastic, Got, Reply, Splunk, receiving
from tests.exports.rsyslogd import free_port
from tests.exports.sinks.syslog.test_sink import event

NEW, OLD = "whsec_" + "bmV3" * 10, "whsec_" + "b2xk" * 10


def clock() -> int:
    return time.time_ns() // 1000


def send(settings: Settings, events: Sequence[Event], ca: Path | None = None) -> Sequence[Refusal]:
    """One session."""
    sink = HttpSink(settings, clock, (lambda: client_context(str(ca))) if ca else None)

    async def run() -> Sequence[Refusal]:
        await sink.open()
        try:
            return await sink.send(events)
        finally:
            await sink.close()

    return asyncio.run(run())


def some(count: int) -> list[Event]:
    return [event(seq) for seq in range(1, count + 1)]


def uids(requests: Sequence[Got]) -> list[str]:
    return [json.loads(line)["metadata"]["uid"] for got in requests for line in got.body.splitlines()]


def test_events_go_in_batches_a_line_each_with_the_token_in_a_header() -> None:
    with receiving() as receiver:
        assert send(Settings(f"{receiver.url}/in", "n", secret=b"hunter2\n", max_body=1000), some(30)) == []
    assert len(receiver.requests) > 1
    assert uids(receiver.requests) == [f"n-{seq}" for seq in range(1, 31)]
    first = receiver.requests[0]
    assert (first.path, first.headers["authorization"]) == ("/in", "Bearer hunter2")
    assert first.headers["content-type"] == "application/x-ndjson"


def test_gzip_on_request() -> None:
    with receiving() as receiver:
        send(Settings(receiver.url, "n", gzip=True), some(3))
    assert receiver.requests[0].headers["content-encoding"] == "gzip"
    assert uids(receiver.requests) == ["n-1", "n-2", "n-3"]


def test_tls_checks_the_receiver_and_sends_nothing_to_another(tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    with receiving(tls=authority.issue("server")) as receiver:
        assert send(Settings(receiver.url, "n"), some(1), authority.cert) == []
        with pytest.raises(Unavailable, match="certificate is not accepted"):
            send(Settings(receiver.url, "n"), some(1), stranger.cert)
        with pytest.raises(Unavailable, match="certificate is not accepted"):
            send(Settings(receiver.url.replace("127.0.0.1", "localhost"), "n"), some(1), authority.cert)
    assert len(receiver.requests) == 1


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with (
        receiving(tls=authority.issue("server", expired=True)) as receiver,
        pytest.raises(Unavailable, match="expired"),
    ):
        send(Settings(receiver.url, "n"), some(1), authority.cert)
    assert receiver.requests == []


def test_what_is_refused_for_its_content_is_singled_out_and_the_rest_taken() -> None:
    taken: set[str] = set()

    def picky(got: Got) -> Reply:
        if {"n-3", "n-17"} & set(uids([got])):
            return 422, {}, b"not this one"
        taken.update(uids([got]))
        return OK

    with receiving(picky) as receiver:
        refused = send(Settings(receiver.url, "n"), some(20))
    assert [(each.event.uid, each.why) for each in refused] == [
        ("n-3", "HTTP 422 not this one"),
        ("n-17", "HTTP 422 not this one"),
    ]
    assert len(taken) == 18


@pytest.mark.parametrize("status", [301, 401, 403, 404, 410, 429, 500, 503])
def test_what_is_about_us_or_about_now_is_tried_again_and_never_a_dead_letter(status: int) -> None:
    with receiving(lambda _: (status, {"location": "http://127.0.0.1:1/"}, b"words")) as receiver:
        with pytest.raises(Unavailable, match=f"HTTP {status} words") as caught:
            send(Settings(receiver.url, "n", secret=b"hunter2"), some(2))
        assert "hunter2" not in str(caught.value)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_retry_after_is_heard(status: int) -> None:
    with (
        receiving(lambda _: (status, {"retry-after": "17"}, b"")) as receiver,
        pytest.raises(Busy) as caught,
    ):
        send(Settings(receiver.url, "n"), some(2))
    assert caught.value.after == 17.0


def test_nobody_there_and_nothing_open_are_said() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        send(Settings(f"http://127.0.0.1:{free_port()}", "n"), some(1))
    with pytest.raises(Unavailable, match="session"):
        asyncio.run(HttpSink(Settings("http://127.0.0.1", "n"), clock).send(some(1)))


def test_splunk_gets_its_form_and_a_wrong_token_waits() -> None:
    splunk = Splunk("hunter2")
    with receiving(splunk) as receiver:
        settings = Settings(receiver.url, "clinic-1", "splunk-hec", secret=b"hunter2")
        assert send(settings, some(3)) == []
        with pytest.raises(Unavailable, match="Invalid token"):
            send(settings._replace(secret=b"other"), some(3))
    assert [each["fields"]["uid"] for each in splunk.events] == ["n-1", "n-2", "n-3"]
    first = splunk.events[0]
    assert (first["host"], first["sourcetype"], first["time"]) == ("clinic-1", "nameplate:ocsf", "1700000000.000001")
    assert first["event"]["metadata"]["uid"] == "n-1"


def test_elastic_stores_each_once_and_what_no_mapping_takes_is_a_dead_letter() -> None:
    elastic = Elastic({"n-2"})
    with receiving(elastic) as receiver:
        settings = Settings(f"{receiver.url}/logs/_bulk", "n", "elastic-bulk")
        for _ in range(2):
            refused = send(settings, some(3))
            assert [(each.event.uid, each.why) for each in refused] == [
                ("n-2", "status 400 document_parsing_exception no")
            ]
        assert sorted(elastic.documents) == ["n-1", "n-3"]
        elastic.busy = True
        with pytest.raises(Unavailable, match="takes no events"):
            send(settings, some(1))
        receiver.answer = lambda _: (200, {}, b"<html>welcome</html>")
        with pytest.raises(Unavailable, match="welcome"):
            send(settings, some(1))


def test_a_webhook_is_signed_with_both_secrets_while_one_is_replaced() -> None:
    with receiving() as receiver:
        settings = Settings(receiver.url, "n", "webhook", secrets=(NEW.encode(), OLD.encode() + b"\n"))
        assert send(settings, some(2)) == []
        send(settings._replace(secrets=(NEW.encode(),)), some(1))
    both, _, new = receiver.requests
    assert both.headers["webhook-id"] == "n-1"
    for secret in (NEW, OLD):
        told = Webhook(secret).verify(both.body, both.headers)
        assert told["type"] == "nameplate.base_event"
        assert told["data"]["metadata"]["uid"] == "n-1"
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(new.body, new.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(both.body.replace(b"n-1", b"n-9"), both.headers)


def test_a_secret_that_is_none_is_refused_before_anything_is_sent() -> None:
    with receiving() as receiver, pytest.raises(Invalid, match="whsec_") as caught:
        send(Settings(receiver.url, "n", "webhook", secrets=(b"whsec_hunter2",)), some(1))
    assert "hunter2" not in str(caught.value)
    assert receiver.requests == []
