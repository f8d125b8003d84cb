import asyncio

import msgspec

from nameplate.entry.manage.console.recent import Recent
from nameplate.ports.journal import Entry


class Fed:
    """A follower that gives what it is fed."""

    def __init__(self):
        self.entries = []
        self.seq = 0

    def feed(self, *kinds):
        for kind in kinds:
            self.seq += 1
            raw = msgspec.json.encode({"seq": self.seq, "at": f"2026-01-01T00:00:{self.seq:02}Z", "kind": kind})
            self.entries.append(Entry(self.seq, raw))

    def poll(self, max_records):
        taken, self.entries = self.entries[:max_records], self.entries[max_records:]
        return taken

    @property
    def next_seq(self):
        return self.seq + 1

    def close(self):
        pass


def test_the_newest_come_first_and_what_happens_is_told_as_it_happens():
    async def main():
        fed = Fed()
        recent = Recent(fed)
        assert recent.last == 0
        running = asyncio.create_task(recent.run())
        fed.feed("decision", "state", "decision")
        told = recent.after(1)
        assert [(await anext(told))["seq"] for _ in range(2)] == [2, 3]
        assert [each["seq"] for each in recent.newest(lambda each: each["kind"] == "decision", 9)] == [3, 1]
        assert [each["seq"] for each in recent.newest(lambda _: True, 1, before=3)] == [2]
        assert [each["seq"] for each in recent.since("2026-01-01T00:00:02Z")] == [3, 2]
        waiting = asyncio.ensure_future(anext(told))
        fed.feed("finding")
        assert (await waiting)["kind"] == "finding"
        assert recent.last == 4
        running.cancel()

    asyncio.run(main())
