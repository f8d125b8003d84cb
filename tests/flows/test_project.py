import asyncio
import os
import threading
from contextlib import closing

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.domain.registry import Registry
from nameplate.flows import project
from nameplate.flows.project import Projection
from nameplate.journals.segments import SegmentReader
from nameplate.stores.sqlite import SqliteStore
from tests.flows.heart import PATIENCE_S, WORLD, beating, robot


class FailingStore(SqliteStore):
    """The real tables, on a disk that is full while `full` says so."""

    full = False

    def save(self, registry, touched, seq, noted=None):
        if self.full:
            raise Unavailable("tables_busy", "The disk is full.")
        super().save(registry, touched, seq, noted)


def opened(tmp_path):
    store = FailingStore(tmp_path / "tables.db")
    registry = store.load()
    return Projection(registry, SegmentReader(tmp_path / "journal").follow(registry.seq + 1), store), store


def loaded(tmp_path):
    with closing(SqliteStore(tmp_path / "tables.db")) as store:
        return store.load()


def same(first, second):
    return {**vars_of(first), "seq": 0} == {**vars_of(second), "seq": 0}


def vars_of(registry):
    return {name: getattr(registry, name) for name in Registry.__slots__}


def test_what_was_written_can_be_read_as_soon_as_it_is_reached(tmp_path):
    async def main():
        async with beating(tmp_path / "journal", *WORLD) as heart:
            projection, store = opened(tmp_path)
            running = asyncio.create_task(projection.run())
            seq = await heart.declare({"kind": "Zone", "id": "hall"})
            async with asyncio.timeout(PATIENCE_S):
                await projection.reach(seq)
            assert projection.registry.zones.keys() == {"hall"}
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            store.close()

    asyncio.run(main())


def test_who_is_cancelled_waits_for_the_save_that_has_begun(tmp_path):
    class Slow(FailingStore):
        begun, go_on = threading.Event(), threading.Event()

        def save(self, *told):
            self.begun.set()
            self.go_on.wait(PATIENCE_S)
            super().save(*told)

    async def main():
        async with beating(tmp_path / "journal", *WORLD):
            store = Slow(tmp_path / "tables.db")
            projection = Projection(store.load(), SegmentReader(tmp_path / "journal").follow(1), store)
            running = asyncio.create_task(projection.run())
            assert await asyncio.to_thread(store.begun.wait, PATIENCE_S)
            running.cancel()
            await asyncio.sleep(0.05)
            assert not running.done()
            store.go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await running
            store.close()
            assert loaded(tmp_path).seq == projection.registry.seq

    asyncio.run(main())


def test_a_record_that_is_not_there_yet_is_waited_for(tmp_path):
    async def main():
        async with beating(tmp_path / "journal", *WORLD) as heart:
            projection, store = opened(tmp_path)
            await projection.advance()
            reaching = asyncio.create_task(projection.reach(projection.registry.seq + 1))
            await asyncio.sleep(0)
            assert not await projection.advance()
            assert not reaching.done()
            await heart.declare({"kind": "Zone", "id": "hall"})
            assert await projection.advance()
            async with asyncio.timeout(PATIENCE_S):
                await reaching
            store.close()

    asyncio.run(main())


def test_the_tables_hold_what_the_deciding_process_has_in_force(tmp_path):
    async def main():
        async with beating(tmp_path / "journal", *WORLD, robot("amr-2")) as heart:
            await heart.order("suspend", "amr-1")
            await heart.ask("amr-2", counter=4)
            projection, store = opened(tmp_path)
            while await projection.advance():
                pass
            store.close()
            assert same(loaded(tmp_path), heart.registry)

    asyncio.run(main())


def test_it_goes_on_after_a_restart_where_the_tables_are(tmp_path, monkeypatch):
    async def main():
        monkeypatch.setattr(project, "BATCH", 2)
        async with beating(tmp_path / "journal", *WORLD) as heart:
            for name in ("suspend", "activate", "quarantine"):
                await heart.order(name, "amr-1")
            projection, store = opened(tmp_path)
            assert await projection.advance()
            store.close()
            again, store = opened(tmp_path)
            assert again.registry.seq == 2
            while await again.advance():
                pass
            store.close()
            assert same(loaded(tmp_path), heart.registry)

    asyncio.run(main())


def test_what_could_not_be_saved_is_saved_later_and_nothing_of_it_is_forgotten(tmp_path):
    async def main():
        async with beating(tmp_path / "journal", *WORLD) as heart:
            projection, store = opened(tmp_path)
            await projection.advance()
            store.full = True
            done = await heart.order("quarantine", "amr-1")
            with pytest.raises(Unavailable):
                await projection.advance()
            assert done.recorded
            assert loaded(tmp_path).standings["amr-1"].state == "active"
            store.full = False
            await heart.declare({"kind": "Zone", "id": "hall"})
            assert await projection.advance()
            saved = loaded(tmp_path)
            assert saved.standings["amr-1"].state == "quarantined"
            assert same(saved, heart.registry)
            assert not await projection.advance()
            store.close()

    asyncio.run(main())


def test_tables_that_cannot_be_written_stop_neither_the_reading_nor_the_task(tmp_path, monkeypatch):
    async def main():
        monkeypatch.setattr(project, "RETRY_S", 0.01)
        async with beating(tmp_path / "journal", *WORLD) as heart:
            projection, store = opened(tmp_path)
            store.full = True
            running = asyncio.create_task(projection.run())
            async with asyncio.timeout(PATIENCE_S):
                await projection.reach(await heart.declare({"kind": "Zone", "id": "hall"}))
                store.full = False
                while store.load().seq < heart.registry.seq:
                    await asyncio.to_thread(os.stat, tmp_path)
            assert same(store.load(), heart.registry)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            store.close()

    asyncio.run(main())


def test_what_is_saved_can_be_waited_for_but_not_for_ever(tmp_path, monkeypatch):
    async def main():
        monkeypatch.setattr(project, "RETRY_S", 0.01)
        async with beating(tmp_path / "journal", *WORLD) as heart:
            projection, store = opened(tmp_path)
            store.full = True
            running = asyncio.create_task(projection.run())
            async with asyncio.timeout(PATIENCE_S):
                await projection.reach(await heart.declare({"kind": "Zone", "id": "hall"}))
            monkeypatch.setattr(project, "PATIENCE_S", 0.05)
            with pytest.raises(Unavailable):
                await projection.saved()
            monkeypatch.setattr(project, "PATIENCE_S", PATIENCE_S)
            store.full = False
            await projection.saved()
            assert store.load().zones.keys() == {"hall"}
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            store.close()

    asyncio.run(main())


def test_what_was_only_observed_is_counted_once_however_often_saving_fails(tmp_path):
    async def main():
        point = {"kind": "Point", "id": "pep", "type": "authzen", "mode": {"default": "observe", "until": "2090-01-01"}}
        async with beating(tmp_path / "journal", *WORLD, point) as heart:
            projection, store = opened(tmp_path)
            store.full = True
            assert (await heart.ask(resource="app:other")).permit
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await projection.advance()
            store.full = False
            assert (await heart.ask(resource="app:other")).permit
            while await projection.advance():
                pass
            (row,) = store.refused(0, "", None, 10)
            assert (row.place.resource, row.place.reason, row.tally.times) == ("app:other", "not_in_contract", 2)
            assert [each.spec.default_mode for each in store.declared("pep") if each.spec] == ["observe"]
            store.close()

    asyncio.run(main())
