"""What is certain beside a running writer."""

import asyncio
import shutil

import pytest

from nameplate.domain.errors import NotFound
from nameplate.journals.segments import JournalBroken, verify
from nameplate.journals.segments.durable import durable
from tests.journals.segments.samples import open_journal, segments, write


def copied(directory, to):
    held = durable(directory)
    to.mkdir()
    for segment, size in held.segments:
        (to / segment.path.name).write_bytes(segment.path.read_bytes()[:size])
    for name in ("head.0", "head.1"):
        (to / name).write_bytes(held.note)
    shutil.copy(directory / "node.vkey", to)
    return verify(to)


def test_a_copy_of_it_is_whole_at_every_moment_and_holds_what_was_acknowledged(tmp_path):
    async def main():
        journal = open_journal(tmp_path / "journal")
        for number in range(60):
            waiting = journal.append(b'{"n":%d}' % number, number)
            report = await asyncio.to_thread(copied, tmp_path / "journal", tmp_path / f"copy{number}")
            await waiting
            assert report.ok
            assert number <= (report.last or 0) <= number + 1
            assert (report.torn_tail_bytes, report.beyond_checkpoint) == (0, 0)
        await journal.close()

    asyncio.run(main())


def test_what_a_crash_left_behind_the_checkpoint_is_not_taken(tmp_path):
    write(tmp_path / "journal", 30)
    with segments(tmp_path / "journal")[-1].open("ab") as file:
        file.write(b"f" * 64 + b' {"seq":31,"at')
    report = copied(tmp_path / "journal", tmp_path / "copy")
    assert (report.ok, report.last, report.torn_tail_bytes) == (True, 30, 0)


def test_without_a_journal_or_a_checkpoint_there_is_nothing_certain(tmp_path):
    with pytest.raises(NotFound):
        durable(tmp_path / "none")
    with pytest.raises(NotFound):
        durable(tmp_path)
    write(tmp_path / "journal", 3)
    for name in ("head.0", "head.1"):
        (tmp_path / "journal" / name).write_bytes(b"junk")
    with pytest.raises(JournalBroken):
        durable(tmp_path / "journal")
