"""Where many come at once the journal waits a moment for more: one sync does for all."""

import asyncio

from nameplate.journals.segments import journal as module
from tests.journals.segments.samples import AT, body, open_journal


def test_in_a_crowd_what_comes_a_moment_later_goes_with_the_same_sync(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "CROWD_S", 0.2)

    async def together(count):
        journal = open_journal(tmp_path / str(count))
        crowd = [journal.append(body(number), AT) for number in range(count)]
        await asyncio.sleep(0.05)
        late = journal.append(body(count), AT)
        found = late is crowd[0]
        await asyncio.gather(*{late, *crowd})
        await journal.close()
        return found

    assert asyncio.run(together(module.CROWD))
    assert not asyncio.run(together(module.CROWD - 1)), "few do not wait"


def test_one_who_brings_many_is_no_crowd(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "CROWD_S", 1_000)

    async def main():
        journal = open_journal(tmp_path)
        async with asyncio.timeout(30):
            await journal.extend([body(number) for number in range(3 * module.CROWD)], AT)
        await journal.close()

    asyncio.run(main())


def test_what_is_urgent_waits_for_no_crowd(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "CROWD_S", 1_000)

    async def main():
        journal = open_journal(tmp_path)
        crowd = {journal.append(body(number), AT) for number in range(module.CROWD)}
        async with asyncio.timeout(30):
            await asyncio.gather(journal.append(body(99), AT, urgent=True), *crowd)
        await journal.close()

    asyncio.run(main())
