import asyncio

import pytest

from nameplate.domain.errors import NotFound, Unavailable
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.sinks import Auth, Sink
from nameplate.entry.manage import exporting, jobs
from nameplate.entry.manage.exporting import Exporting

STORED = {"token": b"former"}


async def stored(name):
    if name not in STORED:
        raise NotFound("credential", "There is no such credential.")
    return STORED[name]


class Recorder:
    """An exporter that only tells whether it runs."""

    def __init__(self, sink, credentials, ends_with=None):
        self.sink, self.credentials, self._ends_with = sink, credentials, ends_with
        self.running, self.ended = asyncio.Event(), asyncio.Event()

    async def run(self):
        self.running.set()
        try:
            if self._ends_with is not None:
                raise self._ends_with
            await asyncio.Event().wait()
        finally:
            self.ended.set()

    def status(self):
        return {"status": "ok", "lag_records": 3, "lag_seconds": 0.5}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(jobs, "LOOK_S", 0.001)
    monkeypatch.setattr(exporting, "AGAIN_S", 0.001)


def run(scenario, *endings):
    """`scenario(registry, exporting, built)` beside running exports; `built` gets each exporter that is made."""

    async def main():
        registry, waiting = Registry(), list(endings)
        built: asyncio.Queue[Recorder] = asyncio.Queue()

        def build(sink, credentials):
            made = Recorder(sink, credentials, waiting.pop(0) if waiting else None)
            built.put_nowait(made)
            return made

        service = Exporting(registry, build, stored)
        task = asyncio.create_task(service.run())
        try:
            async with asyncio.timeout(20):
                await scenario(registry, service, built)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return built

    return asyncio.run(main())


ONE, OTHER = Sink("a", "ocsf", "file:one"), Sink("a", "ocsf", "file:other")


def test_what_is_declared_runs_and_tells_how_far_it_is():
    async def scenario(registry, service, built):
        registry.sinks["a"] = ONE
        assert service.status() == [
            {"id": "a", "format": "ocsf", "to": "file:one", "status": "starting", "lag_records": 0, "lag_seconds": 0.0}
        ]
        await (await built.get()).running.wait()
        assert (service.status()[0]["status"], service.status()[0]["lag_records"]) == ("ok", 3)

    run(scenario)


def test_a_changed_sink_is_ended_and_begun_anew_and_a_deleted_one_ended():
    async def scenario(registry, service, built):
        registry.sinks["a"] = ONE
        first = await built.get()
        await first.running.wait()
        registry.sinks["a"] = OTHER
        second = await built.get()
        await second.running.wait()
        assert first.ended.is_set()
        assert second.sink == OTHER
        del registry.sinks["a"]
        await second.ended.wait()
        assert service.status() == []

    run(scenario)


def test_an_exporter_that_cannot_go_on_is_begun_again():
    async def scenario(registry, service, built):
        registry.sinks["a"] = ONE
        broken = await built.get()
        await broken.ended.wait()
        again = await built.get()
        await again.running.wait()
        assert service.status()[0]["status"] == "ok"

    run(scenario, Unavailable("sink", "The disk is full."))


def test_the_end_waits_until_every_sink_has_let_go():
    made = []

    async def scenario(registry, service, built):
        registry.sinks["a"] = ONE
        made.append(await built.get())
        await made[0].running.wait()

    run(scenario)
    assert made[0].ended.is_set()


def test_a_sink_is_given_the_credentials_it_names_and_begins_anew_when_one_is_exchanged(monkeypatch):
    monkeypatch.setitem(STORED, "other", b"not asked for")

    async def scenario(registry, service, built):
        registry.sinks["a"] = Sink("a", "ocsf", "https://one", auth=Auth("token"))
        first = await built.get()
        assert first.credentials == {"token": b"former"}
        service.touched(Touched("credential", "other"))
        monkeypatch.setitem(STORED, "token", b"latter")
        service.touched(Touched("credential", "token"))
        second = await built.get()
        assert (second.credentials, first.ended.is_set()) == ({"token": b"latter"}, True)

    run(scenario)


def test_a_sink_whose_credential_is_not_stored_says_so_and_begins_when_it_is(monkeypatch):
    async def scenario(registry, service, built):
        registry.sinks["a"] = Sink("a", "ocsf", "https://one", auth=Auth("later"))
        while "no such credential" not in service.status()[0]["status"]:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
        monkeypatch.setitem(STORED, "later", b"here")
        assert (await built.get()).credentials == {"later": b"here"}

    run(scenario)
