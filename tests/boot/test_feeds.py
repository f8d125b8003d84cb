import asyncio

import pytest

from nameplate.boot.feeds import build_follower
from nameplate.boot.paths import Paths
from nameplate.domain.feeds import Feed


def test_a_feed_is_followed_from_where_its_position_lies(tmp_path):
    async def tell(_events):
        raise AssertionError

    async def closed(_feed, _make):
        raise AssertionError

    paths = Paths(tmp_path)
    paths.create()
    file = tmp_path / "feed.csv"
    file.write_text("a\n")

    async def main():
        feed = Feed("f", "s", f"csv:{file}", dict.fromkeys(("time", "door", "card", "event"), "a"), {}, {})
        task = asyncio.create_task(build_follower(paths, tell, closed)(feed))
        async with asyncio.timeout(5):
            while not (paths.cursors / "feed-f.json").exists():  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
