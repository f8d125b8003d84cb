import asyncio
import threading

import pytest

from nameplate.ports.threads import in_thread

PATIENCE_S = 10.0


def test_what_comes_of_it_is_given_and_what_it_raises_is_raised():
    async def main():
        assert await in_thread(lambda: threading.current_thread() is not threading.main_thread())
        with pytest.raises(ZeroDivisionError):
            await in_thread(lambda: 1 // 0)

    asyncio.run(main())


def test_who_is_cancelled_waits_until_the_work_that_has_begun_is_done():
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work():
        begun.set()
        go_on.wait(PATIENCE_S)
        done.set()

    async def main():
        waiting = asyncio.create_task(in_thread(work))
        assert await asyncio.to_thread(begun.wait, PATIENCE_S)
        waiting.cancel()
        await asyncio.sleep(0.05)
        assert not waiting.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert done.is_set()

    asyncio.run(main())
