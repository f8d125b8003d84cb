import asyncio
from pathlib import Path

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.entry.demo.journal import JournalWatch
from nameplate.journals.segments import SegmentJournal
from nameplate.keys.file import FileSigner

AT = 1_795_000_000_000_000
DENIAL = (
    b'{"kind":"decision","decision":"deny","reason":"rate","reasons":["rate"],"actor":"cln-32","resource":"door:lab"}'
)


def with_journal(data: Path, test):
    """Run `test(journal, watch)` on an open journal and somebody who follows it."""

    async def main():
        (data / "journal").mkdir()
        journal = SegmentJournal(data / "journal", "n1", FileSigner("journal", bytes(32)))
        await journal.append(b'{"kind":"started"}', AT)
        following = JournalWatch(data)
        task = asyncio.create_task(following.run())
        try:
            await test(journal, following)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await journal.close()

    asyncio.run(main())


def test_who_waits_is_told_when_it_happens(tmp_path):
    async def test(journal, following):
        waiting = asyncio.create_task(following.until("a refusal", lambda watch: watch.refused("cln-32", "rate"), 10))
        await following.until("the start", lambda watch: watch.records == 1, 10)
        assert not waiting.done()
        await journal.append(DENIAL, AT)
        await waiting

    with_journal(tmp_path, test)


def test_who_waits_in_vain_is_told_for_what(tmp_path):
    async def test(journal, following):
        with pytest.raises(Unavailable, match="a miracle, in vain"):
            await following.until("a miracle", lambda watch: watch.permits > 0, 0.05)

    with_journal(tmp_path, test)


def test_at_the_end_the_rest_is_taken_in(tmp_path):
    async def test(journal, following):
        await following.until("the start", lambda watch: watch.records == 1, 10)
        await journal.append(DENIAL, AT)
        await journal.append(DENIAL, AT)
        following.catch_up()
        assert following.watch.denials == {"rate": 2}

    with_journal(tmp_path, test)
