"""Pruning with a real journal: the state survives, and nothing goes before that is certain."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from nameplate.boot.pruning import SegmentFiles
from nameplate.boot.replay import replay
from nameplate.domain.errors import Conflict
from nameplate.domain.registry import Registry
from nameplate.flows.prune import Pruner
from nameplate.flows.snapshot import taken
from nameplate.journals.segments import verify
from tests.flows.heart import WORLD, beating
from tests.journals.segments.samples import AT


@asynccontextmanager
async def aged(folder):
    """A heart with a history of several segments, a stop in it, and its pruner."""
    async with beating(folder, *WORLD) as heart:
        await heart.order("quarantine", "amr-1")
        for _ in range(40):
            await heart.ask()
        yield heart, Pruner(heart.registry, heart.ledger, heart.journal, SegmentFiles(folder), taken, lambda: heart.now)


def same(folder, registry):
    """What a start finds, beside what was known."""
    found = Registry()
    replay(found, folder)
    found.seq = registry.seq
    assert found == registry


def test_old_segments_go_and_a_start_finds_the_same_state(tmp_path):
    async def main():
        async with aged(tmp_path) as (heart, pruner):
            before = verify(tmp_path)
            done = await pruner.prune(heart.now, "uid:0")
            assert done.done
            assert (done.first, done.segments) == (1, before.segments - 1)
            report = verify(tmp_path)
            assert (report.integrity, report.completeness, report.pruned) == ("ok", "ok", done.last)
            await heart.ask()
            same(tmp_path, heart.registry)
            assert not (await heart.ask()).permit
            again = await pruner.prune(heart.now, "system")
            assert again.first == done.last + 1
            assert verify(tmp_path).ok
            same(tmp_path, heart.registry)
            pruned = heart.records("pruned")[-1]
            assert pruned["by"] == "system"
            assert pruned["segments"][-1]["last"] == again.last == pruned["before"] - 1

    asyncio.run(main())


def test_a_dry_run_and_nothing_old_change_nothing(tmp_path):
    async def main():
        async with aged(tmp_path) as (heart, pruner):
            files, size = sorted(tmp_path.iterdir()), heart.journal.next_seq
            would = await pruner.prune(heart.now, "uid:0", dry_run=True)
            assert (would.done, would.first) == (False, 1)
            assert would.last > 0
            assert (await pruner.prune(AT - 1, "uid:0")).last == 0
            assert (sorted(tmp_path.iterdir()), heart.journal.next_seq) == (files, size)

    asyncio.run(main())


def test_two_at_once_are_one_too_many(tmp_path):
    async def main():
        async with aged(tmp_path) as (heart, pruner):
            both = await asyncio.gather(*(pruner.prune(heart.now, "uid:0") for _ in range(2)), return_exceptions=True)
            assert [type(each) for each in both].count(Conflict) == 1
            assert verify(tmp_path).ok

    asyncio.run(main())


def test_nothing_goes_while_the_disk_does_not_take_the_state(tmp_path):
    async def main():
        async with aged(tmp_path) as (heart, pruner):
            files = sorted(tmp_path.glob("*.journal"))
            heart.files.fail("write", "sync")
            with pytest.raises(Exception, match=r"journal|record"):
                await pruner.prune(heart.now, "uid:0")
            heart.files.heal()
            assert sorted(tmp_path.glob("*.journal"))[: len(files)] == files

    asyncio.run(main())


def test_it_goes_on_by_itself(tmp_path):
    async def main():
        async with aged(tmp_path) as (heart, pruner):
            heart.now += 3 * 86_400_000_000
            task = asyncio.create_task(pruner.keep(2, 0.01))
            while not heart.records("pruned"):  # noqa: ASYNC110 - another task writes them
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert verify(tmp_path).completeness == "ok"

    asyncio.run(main())
