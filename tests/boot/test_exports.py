import asyncio
import json
from contextlib import suppress

import pytest

from nameplate.boot.exports import build_exporter
from nameplate.domain.asked import Asked
from nameplate.domain.errors import Invalid
from nameplate.domain.sinks import Sink
from nameplate.domain.traces import Trace
from nameplate.journals.segments import SegmentReader
from tests.exports.collectors import spans_of
from tests.exports.receivers import receiving
from tests.flows.heart import PATIENCE_S, WORLD, beating, request

TRACE = Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", sampled=True)


def builder(heart, tmp_path):
    newest = lambda: heart.journal.next_seq - 1  # noqa: E731 - it is looked at again and again
    return build_exporter("n1", SegmentReader(heart.folder), tmp_path, newest)


async def carried(exporter, until):
    running = asyncio.create_task(exporter.run())
    async with asyncio.timeout(PATIENCE_S):
        while not until():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def test_what_happens_arrives_in_a_file_and_the_lag_is_told(tmp_path):
    async def main():
        async with beating(tmp_path / "journal", *WORLD) as heart:
            exporter = builder(heart, tmp_path)(Sink("siem", "ocsf", f"file:{tmp_path / 'events'}"), {})
            assert exporter.status()["lag_records"] == 1
            decision = await heart.ask()
            events = tmp_path / "events"
            await carried(exporter, lambda: not exporter.status()["lag_records"])
            assert decision.decision_id in events.read_text()
            assert all(json.loads(line) for line in events.read_text().splitlines())
            status = exporter.status()
            assert (status["status"], status["lag_seconds"], status["settled"]) == ("ok", 0.0, 2)
            assert status["last_success"] > "2"
            assert (tmp_path / "siem.json").exists()

    asyncio.run(main())


def test_a_receiver_that_is_not_there_is_trouble_that_is_told_and_holds_up_nothing(tmp_path):
    async def main():
        async with beating(tmp_path / "journal", *WORLD) as heart:
            exporter = builder(heart, tmp_path)(Sink("siem", "ocsf", "syslog+tcp://127.0.0.1:1"), {})
            await carried(exporter, lambda: exporter.status()["status"] != "ok")
            assert exporter.status()["lag_records"] == 1
            assert (await heart.ask()).permit

    asyncio.run(main())


def test_each_format_encodes_what_it_is_for(tmp_path):
    async def main():
        async with beating(tmp_path / "journal", *WORLD) as heart:
            await heart.authorizer.authorize(request(heart.clock(), "amr-1", "app:x"), Asked("pep", trace=TRACE))
            await heart.ask()
            with receiving() as receiver:
                for form in ("ocsf", "ecs", "cef", "otlp"):
                    exporter = builder(heart, tmp_path)(Sink(form, form, f"{receiver.url}/{form}"), {})
                    await carried(exporter, lambda: not exporter.status()["lag_records"])  # noqa: B023 - run at once
            sent = {got.path: got.body for got in receiver.requests}
            assert set(sent) == {"/ocsf", "/ecs", "/cef", "/otlp"}
            assert [span.trace_id.hex() for _, span in spans_of(sent["/otlp"])] == [TRACE.id]

    asyncio.run(main())


@pytest.mark.parametrize("to", ["", "udp://x", "syslog+udp://127.0.0.1:514", "kafka://127.0.0.1", "FILE:x"])
def test_a_target_of_another_kind_is_refused_with_those_that_work(tmp_path, to):
    async def main():
        async with beating(tmp_path / "journal") as heart:
            with pytest.raises(Invalid, match=r"syslog\+tcp"):
                builder(heart, tmp_path)(Sink("siem", "ocsf", to), {})

    asyncio.run(main())
