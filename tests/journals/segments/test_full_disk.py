import asyncio
import errno

import pytest

from nameplate.journals.segments import read, verify
from nameplate.ports.journal import JournalUnavailable
from tests.journals.segments.samples import AT, FullDisk, body, open_journal, write


async def fill(journal):
    """Append until the disk is full."""
    for _ in range(1_000):
        try:
            await journal.append(body(39), AT)
        except JournalUnavailable:
            return
    pytest.fail("the disk never was full")


def test_a_stop_is_recorded_on_a_full_disk_thanks_to_the_reserve(tmp_path):
    recovered = asyncio.Event()

    async def main():
        disk = FullDisk(tmp_path, room=14_000)
        journal = open_journal(tmp_path, files=disk, on_recovery=recovered.set)
        await fill(journal)
        kept = journal.checkpoint().size
        with pytest.raises(JournalUnavailable):
            journal.append(body(1), AT)
        await journal.append(b'{"kind":"stop"}', AT, urgent=True)
        await journal.append(b'{"kind":"stop"}', AT, urgent=True)
        assert journal.checkpoint().size == kept + 2
        assert not journal.healthy
        with pytest.raises(JournalUnavailable):
            journal.append(body(1), AT)
        assert not (tmp_path / "reserve").exists()
        disk.room = 40_000
        async with asyncio.timeout(30):
            await recovered.wait()
        assert (tmp_path / "reserve").stat().st_size == 4_096
        await journal.append(body(1), AT)
        await journal.close()

    asyncio.run(main())
    assert verify(tmp_path).ok
    assert sum(b'"kind":"stop"' in entry.raw for entry in read(tmp_path)) == 2


def test_the_first_urgent_record_on_a_disk_just_full_is_kept(tmp_path):
    async def main():
        disk = FullDisk(tmp_path, room=1 << 20)
        journal = open_journal(tmp_path, files=disk)
        await journal.append(body(1), AT)
        disk.room = disk.used()
        await journal.append(b'{"kind":"stop"}', AT, urgent=True)
        assert not journal.healthy
        await journal.close()

    asyncio.run(main())
    assert verify(tmp_path).records == 2


def test_without_a_reserve_a_full_disk_refuses_the_stop_as_well(tmp_path):
    async def main():
        disk = FullDisk(tmp_path, room=1 << 20)
        journal = open_journal(tmp_path, files=disk)
        await journal.append(body(1), AT)
        (tmp_path / "reserve").unlink()
        disk.room = disk.used()
        with pytest.raises(JournalUnavailable):
            await journal.append(b'{"kind":"stop"}', AT, urgent=True)
        await journal.close()

    asyncio.run(main())
    assert verify(tmp_path).records == 1


def test_a_start_on_a_full_disk_takes_stops_only(tmp_path):
    failures: list[OSError] = []
    write(tmp_path, 3)
    (tmp_path / "reserve").unlink()

    async def main():
        disk = FullDisk(tmp_path, room=0)
        disk.room = disk.used() + 1_000
        journal = open_journal(tmp_path, files=disk, on_failure=failures.append)
        with pytest.raises(JournalUnavailable):
            journal.append(body(1), AT)
        await journal.append(b'{"kind":"stop"}', AT, urgent=True)
        await journal.close()

    asyncio.run(main())
    assert [failure.errno for failure in failures] == [errno.ENOSPC]
    assert verify(tmp_path).records == 4
