import asyncio

import pytest
from sqlalchemy.exc import DatabaseError

from nameplate.boot.managing import assemble
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings
from nameplate.domain.contracts import ActionClass
from tests.boot.hearts import deciding, declare, stop
from tests.flows.heart import PATIENCE_S, WORLD
from tests.held import held


def settings(tmp_path, text=""):
    (tmp_path / "nameplate.toml").write_text(text)
    return Settings.read(data=tmp_path)


def test_it_begins_where_the_deciding_process_is(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD)
            await stop(parts, "suspend")
            managing = await assemble(settings(tmp_path))
            with managing.files:
                assert managing.node == parts.node
                assert managing.projection.registry.standings == parts.registry.standings
                assert managing.projection.registry.seq == parts.journal.next_seq - 1

    asyncio.run(main())


def test_it_lets_go_of_its_files_at_its_end_and_when_it_cannot_begin(tmp_path):
    async def main():
        paths = Paths(tmp_path)
        async with deciding(tmp_path):
            managing = await assemble(settings(tmp_path))
            assert held(paths.database)
            assert held(paths.people)
            managing.files.close()
            assert (held(paths.database), held(paths.people)) == (0, 0)
            paths.people.write_bytes(b"no database" * 100)
            with pytest.raises(DatabaseError) as caught:
                await assemble(settings(tmp_path))
            assert held(paths.database) == 0, caught

    asyncio.run(main())


def test_it_waits_until_there_is_a_journal(tmp_path):
    async def main():
        Paths(tmp_path).create()
        assembling = asyncio.create_task(assemble(settings(tmp_path)))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not assembling.done()
        async with deciding(tmp_path) as parts, asyncio.timeout(PATIENCE_S):
            managing = await assembling
            assert managing.node == parts.node
            managing.files.close()

    asyncio.run(main())


def test_it_knows_time_zones_and_actions_as_they_are_set(tmp_path):
    async def main():
        async with deciding(tmp_path):
            text = '[actions]\nread = ["scan"]\nadmin = ["read", "flash"]\n'
            managing = await assemble(settings(tmp_path, text))
            managing.files.close()
            assert managing.is_timezone("Europe/Berlin")
            assert not managing.is_timezone("Europe/Atlantis")
            assert not managing.is_timezone("../../etc/passwd")
            classes = managing.action_classes
            assert (classes["scan"], classes["flash"]) == (ActionClass.READ, ActionClass.ADMIN)
            assert classes["read"] is ActionClass.ADMIN
            assert str(managing.wall("Europe/Berlin", 1_795_000_000_000_000)) == "2026-11-18 12:06:40"

    asyncio.run(main())
