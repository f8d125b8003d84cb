"""What comes while others still arrive goes with the same sync; nobody waits without end, and a stop not at all."""

import asyncio

import pytest

from nameplate.journals.segments import journal as module
from tests.journals.segments.samples import AT, body, open_journal


async def turns_until_too_late(folder, *, urgent=False):
    """After how many turns of the loop what comes no longer goes with the sync of what was there first."""
    for turns in range(100):
        journal = open_journal(folder / str(turns))
        first = journal.append(body(1), AT, urgent=urgent)
        for _ in range(turns):
            await asyncio.sleep(0)
        late = journal.append(body(2), AT)
        joined = late is first
        await asyncio.gather(*{first, late})
        await journal.close()
        if not joined:
            return turns
    return None


@pytest.mark.parametrize("quiet", [2, 9])
def test_a_turn_that_brings_nothing_is_not_taken_for_the_end(tmp_path, monkeypatch, quiet):
    monkeypatch.setattr(module, "QUIET_TURNS", quiet)
    longer = asyncio.run(turns_until_too_late(tmp_path / "longer"))
    monkeypatch.setattr(module, "QUIET_TURNS", 1)
    assert longer - asyncio.run(turns_until_too_late(tmp_path / "shorter")) == quiet - 1


def test_what_is_urgent_waits_for_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "QUIET_TURNS", 9)
    urgent = asyncio.run(turns_until_too_late(tmp_path / "urgent", urgent=True))
    assert urgent <= asyncio.run(turns_until_too_late(tmp_path / "not")) - 9


def test_who_comes_all_the_time_holds_up_no_sync_for_ever(tmp_path):
    async def main():
        journal = open_journal(tmp_path)
        futures = []
        for number in range(5 * module.GATHER_TURNS):
            futures.append(journal.append(body(number), AT))
            await asyncio.sleep(0)
        await asyncio.gather(*set(futures))
        await journal.close()
        return futures.count(futures[0])

    assert 1 < asyncio.run(main()) <= module.GATHER_TURNS + 2
