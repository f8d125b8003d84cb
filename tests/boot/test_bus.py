import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from nameplate.boot import bus
from nameplate.domain.errors import Unavailable
from tests.buses.unix.lines import PATIENCE_S, echo


def test_who_listens_can_be_dialled_and_who_left_is_reported():
    async def main():
        with TemporaryDirectory(prefix="np-") as folder:
            gone: asyncio.Queue[Any] = asyncio.Queue()
            listener = await bus.listen(Path(folder) / "bus", {"echo": echo}, 0o600, gone.put_nowait)
            peer = await bus.dial(Path(folder) / "bus")
            assert await peer.call("echo", 7, int) == 7
            await peer.close()
            async with asyncio.timeout(PATIENCE_S):
                assert (await gone.get()).closed.is_set()
            await listener.stop()
            with pytest.raises(Unavailable):
                await bus.dial(Path(folder) / "bus")

    asyncio.run(main())


def test_who_stays_connected_greets_whoever_is_there_now():
    async def main():
        with TemporaryDirectory(prefix="np-") as folder:
            greeted = asyncio.Event()

            async def greet(peer):
                if await peer.call("echo", 7, int) == 7:
                    greeted.set()

            staying = asyncio.create_task(bus.stay_connected(Path(folder) / "bus", {}, greet))
            listener = await bus.listen(Path(folder) / "bus", {"echo": echo}, 0o600)
            async with asyncio.timeout(PATIENCE_S):
                await greeted.wait()
            staying.cancel()
            await asyncio.gather(staying, return_exceptions=True)
            await listener.stop()

    asyncio.run(main())
