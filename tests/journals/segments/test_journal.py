import asyncio
import errno
import threading

import pytest

from nameplate.journals.segments import (
    JournalBroken,
    JournalCut,
    JournalInUse,
    SegmentFollower,
    SegmentJournal,
    Settings,
    read,
    verify,
)
from nameplate.journals.segments.verifier import check
from nameplate.ports.journal import JournalUnavailable
from tests.journals.segments import samples
from tests.journals.segments.samples import AT, SIGNER, FailingFiles, body, entry_of, open_journal, segments, write
from tests.ports.journal_suite import JournalSuite


class Place:
    def __init__(self, directory):
        self.directory = directory

    def open(self, **options):
        return open_journal(self.directory, **options)

    def entries(self):
        return list(read(self.directory))


@pytest.fixture(name="place")
def place_fixture(tmp_path):
    return Place(tmp_path / "journal")


class TestSegmentJournal(JournalSuite):
    pass


class HeldFiles(FailingFiles):
    """A disk whose syncs wait until they are let through."""

    def __init__(self):
        super().__init__()
        self.held = threading.Event()
        self.held.set()
        self.begun = threading.Semaphore(0)

    def sync(self, fd):
        self.begun.release()
        assert self.held.wait(30)
        super().sync(fd)
        self.log.append(("synced",))

    async def begin(self):
        assert await asyncio.to_thread(self.begun.acquire, timeout=30)


async def drain(*futures):
    return await asyncio.gather(*set(futures), return_exceptions=True)


def test_no_future_resolves_before_the_sync_that_covers_it(tmp_path):
    async def main():
        files = HeldFiles()
        journal = open_journal(tmp_path, files=files)
        await journal.append(body(0), AT)
        files.begun = threading.Semaphore(0)
        files.held.clear()
        first = journal.append(body(1), AT)
        await files.begin()
        late = journal.append(body(2), AT)
        files.log.clear()
        first.add_done_callback(lambda _: files.log.append(("first told",)))
        late.add_done_callback(lambda _: files.log.append(("late told",)))
        await asyncio.sleep(0.01)
        assert not first.done()
        files.held.set()
        await first
        await late
        await asyncio.sleep(0)
        await journal.close()
        return [name for name, *_ in files.log if name in {"synced", "first told", "late told"}]

    order = asyncio.run(main())
    assert order.index("synced") < order.index("first told")
    assert order[: order.index("late told")].count("synced") == 2


def test_what_arrives_during_a_sync_is_one_group_with_one_sync(tmp_path):
    async def main():
        files = HeldFiles()
        journal = open_journal(tmp_path, files=files, settings=Settings(reserve_bytes=4096))
        await journal.append(body(0), AT)
        files.begun = threading.Semaphore(0)
        files.held.clear()
        first = journal.append(body(1), AT)
        await files.begin()
        before = files.log.count(("sync",))
        rest = {journal.append(body(number), AT) for number in range(100)}
        assert len(rest) == 1
        files.held.set()
        await drain(first, *rest)
        assert files.log.count(("sync",)) - before == 2
        await journal.close()

    asyncio.run(main())
    assert verify(tmp_path).records == 102


def test_the_order_on_the_disk_is_write_sync_then_the_checkpoint(tmp_path):
    async def main():
        files = FailingFiles()
        journal = open_journal(tmp_path, files=files)
        files.log.clear()
        await journal.append(body(1), AT)
        done = list(files.log)
        await journal.close()
        return done

    assert [name for name, *_ in asyncio.run(main())][:3] == ["write", "sync", "write"]


@pytest.mark.parametrize("operation", ["write", "sync"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_failed_group_is_refused_rolled_back_and_its_number_given_again(tmp_path, operation, error):
    failures: list[OSError] = []
    recovered = asyncio.Event()

    async def main():
        files = FailingFiles()
        options = {"on_failure": failures.append, "on_recovery": recovered.set}
        journal = open_journal(tmp_path, files=files, **options)
        await journal.append(body(1), AT)
        files.fail(operation, error=error)
        results = await drain(journal.append(body(2), AT), journal.append(body(3), AT))
        assert [type(result) for result in results] == [JournalUnavailable]
        assert (journal.healthy, journal.next_seq, journal.checkpoint().size) == (False, 2, 1)
        with pytest.raises(JournalUnavailable):
            journal.append(body(4), AT)
        files.heal()
        async with asyncio.timeout(30):
            await recovered.wait()
        assert journal.healthy
        await journal.append(body(5), AT)
        await journal.close()

    asyncio.run(main())
    assert [failure.errno for failure in failures] == [error]
    assert [entry.raw[-30:].count(b'"number":5') for entry in read(tmp_path)] == [0, 1]
    assert verify(tmp_path).ok


def test_what_was_queued_behind_a_failed_group_fails_with_it(tmp_path):
    async def main():
        files = HeldFiles()
        journal = open_journal(tmp_path, files=files)
        await journal.append(body(0), AT)
        files.begun = threading.Semaphore(0)
        files.held.clear()
        first = journal.append(body(1), AT)
        await files.begin()
        behind = journal.append(body(2), AT)
        files.fail("sync")
        files.held.set()
        assert [type(result) for result in await drain(first)] == [JournalUnavailable]
        assert [type(result) for result in await drain(behind)] == [JournalUnavailable]
        assert journal.next_seq == 2
        files.heal()
        await journal.close()

    asyncio.run(main())
    assert verify(tmp_path).records == 1


class HealingFiles(HeldFiles):
    """The next sync that fails is the last one."""

    heals = False

    def sync(self, fd):
        try:
            super().sync(fd)
        except OSError:
            if self.heals:
                self.heal()
            raise


def test_what_was_refused_is_not_there_after_the_end_either(tmp_path):
    async def main():
        files = HealingFiles()
        journal = open_journal(tmp_path, files=files)
        await journal.append(body(0), AT)
        files.fail("sync")
        await drain(journal.append(body(1), AT))
        files.held.clear()
        files.begun = threading.Semaphore(0)
        await files.begin()
        closing = asyncio.ensure_future(journal.close())
        await asyncio.sleep(0)
        files.heals = True
        files.held.set()
        await closing

    asyncio.run(main())
    assert verify(tmp_path).records == 1


def test_it_stays_unhealthy_until_the_disk_can_be_synced_again(tmp_path):
    async def main():
        files = FailingFiles()
        journal = open_journal(tmp_path, files=files)
        files.fail("write", "sync")
        await drain(journal.append(body(1), AT))
        tried = files.watch("write")
        assert await asyncio.to_thread(tried.wait, 30)
        assert not journal.healthy
        with pytest.raises(JournalUnavailable):
            journal.append(body(2), AT, urgent=True)
        await journal.close()

    asyncio.run(main())
    assert list(read(tmp_path)) == []


def test_a_signing_key_that_fails_refuses_the_record_too(tmp_path):
    class Broken:
        name, public_key = SIGNER.name, SIGNER.public_key
        works = True

        def sign(self, message):
            if not self.works:
                raise RuntimeError("the key is gone")
            return SIGNER.sign(message)

    async def main():
        signer, recovered = Broken(), asyncio.Event()
        journal = SegmentJournal(tmp_path, "n1", signer, settings=samples.SMALL, on_recovery=recovered.set)
        signer.works = False
        results = await drain(journal.append(body(1), AT))
        assert [type(result) for result in results] == [JournalUnavailable]
        assert not journal.healthy
        signer.works = True
        async with asyncio.timeout(30):
            await recovered.wait()
        await journal.append(body(2), AT)
        await journal.close()

    asyncio.run(main())
    assert verify(tmp_path).records == 1


def test_short_writes_are_completed(tmp_path):
    files = FailingFiles()
    files.most = 7
    write(tmp_path, 20, files=files)
    assert verify(tmp_path).ok
    assert verify(tmp_path).records == 20


def test_a_disk_that_takes_no_bytes_is_a_failure_not_a_loop(tmp_path):
    async def main():
        files = FailingFiles()
        journal = open_journal(tmp_path, files=files)
        files.most = 0
        results = await drain(journal.append(body(1), AT))
        assert [type(result) for result in results] == [JournalUnavailable]
        await journal.close()

    asyncio.run(main())


def test_a_file_that_cannot_be_cut_is_left_behind_and_the_record_goes_into_a_new_one(tmp_path):
    async def main():
        files, recovered = FailingFiles(), asyncio.Event()
        settings = Settings(1 << 20, 4096, 0.01)
        journal = open_journal(tmp_path, files=files, settings=settings, on_recovery=recovered.set)
        await drain(*(journal.append(body(number), AT) for number in range(5)))
        files.broken_file = segments(tmp_path)[0]
        await drain(*(journal.append(body(number), AT) for number in range(90, 93)))
        async with asyncio.timeout(30):
            await recovered.wait()
        await journal.append(body(5), AT)
        await journal.close()

    asyncio.run(main())
    first, second = segments(tmp_path)
    assert b'"number":91' in first.read_bytes()
    assert b'"torn":' in second.read_bytes()
    assert_six(tmp_path)
    write(tmp_path, 1)
    assert verify(tmp_path).records == 7


def assert_six(directory):
    """Records 0 to 5 are there, and nothing of what was torn."""
    assert verify(directory).ok
    assert [b'"number":%d' % number in entry.raw for number, entry in enumerate(read(directory))] == [True] * 6
    assert [entry.seq for entry in SegmentFollower(directory).poll(100)] == [1, 2, 3, 4, 5, 6]
    assert entry_of(directory, 6).raw == list(read(directory))[5].raw
    assert check(directory, (directory / "node.vkey").read_bytes(), [])["integrity"] == "ok"


def test_a_second_writer_is_refused(tmp_path):
    async def main():
        journal = open_journal(tmp_path)
        with pytest.raises(JournalInUse):
            open_journal(tmp_path)
        await journal.close()
        await open_journal(tmp_path).close()

    asyncio.run(main())


def test_a_journal_that_was_cut_is_refused_until_the_cut_is_accepted_for_good(tmp_path):
    write(tmp_path, 10)
    last = segments(tmp_path)[-1]
    lines = last.read_bytes().splitlines(keepends=True)
    last.write_bytes(b"".join(lines[:-1]))

    async def refused():
        open_journal(tmp_path)

    with pytest.raises(JournalCut, match="9 are here, 10 were signed for"):
        asyncio.run(refused())
    assert verify(tmp_path).completeness == "cut"
    write(tmp_path, 1, accept_cut=True)
    assert verify(tmp_path).ok
    assert entry_of(tmp_path, 10).raw.endswith(b'"kind":"journal_cut","lost_first":10,"lost_last":10}')


def test_a_journal_with_a_broken_chain_is_refused_by_name_and_number(tmp_path):
    write(tmp_path, 10, settings=Settings(reserve_bytes=4096))
    path = segments(tmp_path)[0]
    path.write_bytes(path.read_bytes().replace(b'"number":4', b'"number":5'))

    async def refused():
        open_journal(tmp_path, accept_cut=True)

    with pytest.raises(JournalBroken, match=r"record 5 in 00000000000000000001\.journal"):
        asyncio.run(refused())
    asyncio.run(free_lock(tmp_path))


async def free_lock(directory):
    """A refused start must not hold the lock."""
    with pytest.raises(JournalBroken):
        open_journal(directory)


def test_another_nodes_or_keys_journal_is_refused(tmp_path):
    write(tmp_path, 3)

    async def refused(node, signer):
        SegmentJournal(tmp_path, node, signer)

    with pytest.raises(JournalCut, match="no valid checkpoint"):
        asyncio.run(refused("n2", SIGNER))
    with pytest.raises(JournalCut, match="no valid checkpoint"):
        asyncio.run(refused("n1", samples.OTHER_SIGNER))
    assert verify(tmp_path).ok


def test_cancelling_the_loop_leaves_nobody_waiting(tmp_path):
    async def main():
        journal = open_journal(tmp_path)
        future = journal.append(body(1), AT)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        results = await drain(future)
        assert all(result is None or isinstance(result, JournalUnavailable) for result in results)
        with pytest.raises(JournalUnavailable):
            journal.append(body(2), AT)
        await journal.close()

    asyncio.run(main())
