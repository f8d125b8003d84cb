import asyncio

import msgspec

from nameplate.entry.manage.console.recent import Recent
from nameplate.ports.journal import Entry


def record(seq, kind="decision"):
    return {"seq": seq, "at": f"2026-01-01T00:00:{seq:02}Z", "kind": kind}


WRITTEN = [Entry(seq, msgspec.json.encode(record(seq))) for seq in (1, 2, 3)]


def test_the_newest_come_first_and_what_happens_is_told_as_it_happens():
    async def main():
        recent = Recent(WRITTEN, 2)
        assert recent.last == 2  # the third is yet to be taken in
        recent.note(record(3, "state"))
        assert [each["seq"] for each in recent.newest(lambda each: each["kind"] == "decision", 9)] == [2, 1]
        assert [each["seq"] for each in recent.newest(lambda _: True, 1, before=3)] == [2]
        assert [each["seq"] for each in recent.since("2026-01-01T00:00:02Z")] == [3, 2]
        told = recent.after(1)
        assert [(await anext(told))["seq"] for _ in range(2)] == [2, 3]
        waiting = asyncio.ensure_future(anext(told))
        await asyncio.sleep(0)
        recent.note(record(4, "finding"))
        assert (await waiting)["kind"] == "finding"
        assert recent.last == 4
        assert recent.kinds() == ["decision", "finding", "state"]

    asyncio.run(main())


def test_an_empty_journal_has_no_last_record():
    async def main():
        assert Recent([], 0).last == 0

    asyncio.run(main())
