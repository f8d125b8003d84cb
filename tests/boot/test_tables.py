import asyncio
import shutil
import sqlite3
from contextlib import closing

import pytest

from nameplate.boot.paths import Paths
from nameplate.boot.tables import load_tables, open_tables
from nameplate.domain.errors import Unavailable
from nameplate.domain.registry import Registry, Touched
from nameplate.stores.sqlite import SqliteStore
from tests.boot.hearts import ask, deciding, declare, stop
from tests.flows.heart import WORLD
from tests.held import held


def saved(paths, registry):
    store = SqliteStore(paths.database)
    touched = [Touched(kind, ident) for kind in ("Actor", "standing") for ident in registry.actors]
    store.save(registry, touched, registry.seq)
    store.close()


def test_tables_that_are_not_there_are_empty_and_not_made_by_looking(tmp_path):
    paths = Paths(tmp_path)
    paths.create()
    assert load_tables(paths.database, paths.journal) == Registry()
    assert not paths.database.exists()


def test_what_was_saved_is_loaded_as_of_its_record(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD)
            saved(Paths(tmp_path), parts.registry)
            loaded = load_tables(Paths(tmp_path).database, Paths(tmp_path).journal)
            assert (loaded.seq, loaded.actors) == (1, parts.registry.actors)

    asyncio.run(main())


def test_tables_that_are_ahead_of_the_journal_are_built_again(tmp_path):
    """Else the next records, which get the same numbers, would count as applied: a stop among them would be lost."""

    async def main():
        data, old = tmp_path / "data", tmp_path / "old"
        async with deciding(data) as parts:
            await declare(parts, *WORLD)
        shutil.copytree(Paths(data).journal, old)
        async with deciding(data) as parts:
            for _ in range(5):
                await ask(parts)
            saved(Paths(data), parts.registry.__class__(**{**fields(parts.registry), "seq": 6}))
        shutil.rmtree(Paths(data).journal)
        shutil.copytree(old, Paths(data).journal)
        async with deciding(data) as parts:
            assert not Paths(data).database.exists() or load(data).seq == 0
            assert await stop(parts, "quarantine")
        async with deciding(data) as parts:
            assert not (await ask(parts)).permit

    asyncio.run(main())


def fields(registry):
    return {name: getattr(registry, name) for name in registry.__slots__}


def load(data):
    store, registry = open_tables(Paths(data).database, Paths(data).journal)
    store.close()
    return registry


def test_tables_to_be_written_are_there_in_any_case(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD)
            store, registry = open_tables(Paths(tmp_path).database, Paths(tmp_path).journal)
            assert registry == Registry()
            store.save(parts.registry, [], 1)
            store.close()
            assert load(tmp_path).seq == 1

    asyncio.run(main())


def test_tables_that_are_damaged_are_let_go_of(tmp_path):
    paths = Paths(tmp_path)
    paths.create()
    saved(paths, Registry())
    with closing(sqlite3.connect(paths.database)) as connection:
        connection.execute("DROP TABLE standings")
    with pytest.raises(Unavailable) as caught:
        load_tables(paths.database, paths.journal)
    assert held(paths.database) == 0
    assert caught.value.code == "tables_unreadable"
