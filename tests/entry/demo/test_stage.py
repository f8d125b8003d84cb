import asyncio

import pytest

from nameplate.domain.errors import Refused, Unavailable
from nameplate.entry.demo.fleet import FLEET
from nameplate.entry.demo.stage import raised
from nameplate.entry.serve import started


def test_a_site_stands_with_its_readers_keyed_and_its_robots_enrolled(floor, tmp_path):
    said: list[str] = []

    async def main():
        async with raised(tmp_path, floor, said.append) as stage:
            registry = stage.journal.watch.registry
            assert stage.journal.watch.keyed == set(floor.lane_doors)
            handles = {walker.robot.identity.key_handle for walker in stage.walkers.values()}
            assert len(handles) == len(FLEET)
            await stage.journal.until("all keys", lambda _: handles <= set(registry.keys), 10)

            former = stage.walkers["amr-11"].robot.identity.key_handle
            await stage.enrol("amr-11")
            assert stage.walkers["amr-11"].robot.identity.key_handle != former

            await stage.order("retire", "Sold.", "tug-24")
            with pytest.raises(Refused):
                await stage.order("activate", "It was not sold after all.", "tug-24")
            await stage.journal.until("the receipt", lambda watch: any(s.receipts for s in watch.stops.values()), 10)

    asyncio.run(main())
    assert len(said) == 4


def test_a_site_that_cannot_start_tells_what_its_server_said(floor, tmp_path, monkeypatch):
    monkeypatch.setattr(started, "START_S", 3.0)
    monkeypatch.setenv("NAMEPLATE_JOURNAL__SEGMENT_BYTES", "1")

    async def main():
        async with raised(tmp_path, floor, lambda _: None):
            pytest.fail("it stands")

    with pytest.raises(Unavailable, match=r"(?s)The server said last:.*segment_bytes"):
        asyncio.run(main())
