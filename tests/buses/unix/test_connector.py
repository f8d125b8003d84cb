import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from nameplate.buses.unix import Listener, connect, keep_connected
from nameplate.domain.errors import Invalid, Refused, Unavailable
from tests.buses.unix.lines import PATIENCE_S, echo


@pytest.mark.parametrize("make", [Path.exists, Path.touch])
def test_where_nobody_listens_the_error_says_what_to_do(make):
    async def main():
        with TemporaryDirectory(prefix="np-") as folder:
            make(Path(folder) / "bus")
            with pytest.raises(Unavailable, match="nameplate serve"):
                await connect(Path(folder) / "bus")

    asyncio.run(main())


async def first_come(queue):
    async with asyncio.timeout(PATIENCE_S):
        return await queue.get()


def test_a_connection_is_made_anew_whenever_the_other_side_comes_back():
    async def main():
        greeted: asyncio.Queue[Any] = asyncio.Queue()

        async def greet(peer):
            greeted.put_nowait(await peer.call("echo", "hello", str))

        with TemporaryDirectory(prefix="np-") as folder:
            path = Path(folder) / "bus"
            keeping = asyncio.create_task(keep_connected(path, {}, greet))
            for _ in range(2):
                listener = Listener(path, {"echo": echo})
                await listener.start()
                assert await first_come(greeted) == "hello"
                await listener.stop()
            keeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await keeping

    asyncio.run(main())


def test_who_is_refused_hangs_up_and_tries_again_until_it_is_known():
    async def main():
        greeted: asyncio.Queue[Any] = asyncio.Queue()
        left: asyncio.Queue[Any] = asyncio.Queue()
        refusals = iter([True, True])

        async def hello(_peer, _body):
            if next(refusals, False):
                raise Refused("unauthenticated", "I do not know you yet.")
            return "welcome"

        async def greet(peer):
            greeted.put_nowait(await peer.call("hello", None, str))

        with TemporaryDirectory(prefix="np-") as folder:
            listener = Listener(Path(folder) / "bus", {"hello": hello}, gone=left.put_nowait)
            await listener.start()
            keeping = asyncio.create_task(keep_connected(Path(folder) / "bus", {}, greet))
            assert await first_come(greeted) == "welcome"
            await first_come(left)
            await first_come(left)
            keeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await keeping
            await first_come(left)
            await listener.stop()

    asyncio.run(main())


def test_any_other_failure_of_the_greeting_is_not_hidden():
    async def main():
        async def greet(_peer):
            raise Invalid("channel", "This door cannot be driven.")

        with TemporaryDirectory(prefix="np-") as folder:
            left: asyncio.Queue[Any] = asyncio.Queue()
            listener = Listener(Path(folder) / "bus", {}, gone=left.put_nowait)
            await listener.start()
            with pytest.raises(Invalid):
                await keep_connected(Path(folder) / "bus", {}, greet)
            await first_come(left)
            await listener.stop()

    asyncio.run(main())


def test_the_other_side_may_call_us_back_over_the_connection_we_keep():
    async def main():
        told: asyncio.Queue[Any] = asyncio.Queue()

        async def stop(_peer, body):
            told.put_nowait(body)
            return "stopped"

        async def hello(peer, _body):
            return await peer.call("stop", "all", str)

        async def greet(peer):
            told.put_nowait(await peer.call("hello", None, str))

        with TemporaryDirectory(prefix="np-") as folder:
            listener = Listener(Path(folder) / "bus", {"hello": hello})
            await listener.start()
            keeping = asyncio.create_task(keep_connected(Path(folder) / "bus", {"stop": stop}, greet))
            await first_come(told)
            assert await first_come(told) == "stopped"
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await listener.stop()

    asyncio.run(main())
