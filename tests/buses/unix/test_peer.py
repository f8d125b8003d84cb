import asyncio
from typing import Any

import msgspec
import pytest

from nameplate.buses.unix import connect
from nameplate.buses.unix.frames import MAX_FRAME
from nameplate.domain.errors import Conflict, Invalid, NameplateError, Refused, Unavailable
from nameplate.domain.places import Door, Reader
from tests.buses.unix.lines import PATIENCE_S, echo, listening


def between(handlers: dict[str, Any], talk: Any, ours: dict[str, Any] | None = None) -> None:
    """`talk(peer)` with a peer that serves `handlers`; `ours` is what we serve it."""

    async def main() -> None:
        async with listening(handlers) as path:
            peer = await connect(path, ours)
            try:
                await talk(peer)
            finally:
                await peer.abandon()

    asyncio.run(main())


def hanging():
    """A handler that never ends, and what is set once it has begun."""
    begun = asyncio.Event()

    async def hang(_peer, _body):
        begun.set()
        await asyncio.Event().wait()

    return begun, hang


def test_calls_are_answered_in_any_order_each_with_its_own_answer():
    async def talk(peer):
        gates = [asyncio.Event() for _ in range(3)]

        async def turn(_peer, body):
            await gates[body[0]].wait()
            return body[0]

        handlers["turn"] = turn
        calls = [asyncio.create_task(peer.call("turn", number, int)) for number in range(3)]
        await asyncio.sleep(0)
        for number in (2, 0, 1):
            gates[number].set()
            assert await calls[number] == number

    handlers: dict[str, Any] = {}
    between(handlers, talk)


def test_values_arrive_as_what_they_were():
    door = Door("d", "s", ("a", "b"), (Reader("r1", "a"),))

    async def talk(peer):
        assert await peer.call("echo", door, Door) == door

    between({"echo": echo}, talk)


def test_either_side_may_call_the_other():
    async def ask_back(peer, _body):
        return await peer.call("name", None, str)

    async def name(_peer, _body):
        return "the caller"

    async def talk(peer):
        assert await peer.call("ask_back", None, str) == "the caller"

    between({"ask_back": ask_back}, talk, {"name": name})


@pytest.mark.parametrize("family", [Conflict, Refused, Unavailable])
def test_what_the_other_side_raises_is_raised_here(family):
    async def refuse(_peer, _body):
        raise family("code", "No.", "Do that.")

    async def talk(peer):
        with pytest.raises(family, match=r"No\. Do that\."):
            await peer.call("refuse", None, str)

    between({"refuse": refuse}, talk)


def test_what_breaks_over_there_says_nothing_of_its_inside():
    async def breaks(_peer, _body):
        raise RuntimeError("the token is 4711")

    async def talk(peer):
        with pytest.raises(NameplateError) as told:
            await peer.call("breaks", None, str)
        assert told.value.code == "internal"
        assert "4711" not in str(told.value)
        assert await peer.call("echo", 1, int) == 1

    between({"breaks": breaks, "echo": echo}, talk)


@pytest.mark.parametrize("nonsense", [b"\xa1\xff", b"\xc0", b"\x01"])
def test_an_answer_that_makes_no_sense_is_invalid(nonsense):
    async def answer(_peer, _body):
        return msgspec.Raw(nonsense)

    async def talk(peer):
        with pytest.raises(Invalid):
            await peer.call("answer", None, str)
        assert await peer.call("echo", 1, int) == 1

    between({"answer": answer, "echo": echo}, talk)


def test_an_answer_that_cannot_travel_is_a_failure_and_not_a_silence():
    async def huge(_peer, _body):
        return bytes(MAX_FRAME)

    async def strange(_peer, _body):
        return object()

    async def talk(peer):
        with pytest.raises(Invalid) as told:
            await peer.call("huge", None, bytes, PATIENCE_S)
        assert told.value.code == "too_large"
        with pytest.raises(NameplateError):
            await peer.call("strange", None, bytes, PATIENCE_S)

    between({"huge": huge, "strange": strange}, talk)


def test_a_call_that_would_be_too_long_is_not_sent_and_the_connection_stays():
    async def talk(peer):
        with pytest.raises(Invalid):
            await peer.call("echo", bytes(MAX_FRAME), bytes)
        assert await peer.call("echo", 1, int) == 1

    between({"echo": echo}, talk)


def test_who_stays_silent_is_given_up_on_and_its_late_answer_goes_nowhere():
    async def main():
        answer = asyncio.Event()

        async def late(_peer, _body):
            await answer.wait()
            return "late"

        async with listening({"late": late, "echo": echo}) as path:
            peer = await connect(path)
            with pytest.raises(Unavailable) as told:
                await peer.call("late", None, str, 0.01)
            assert told.value.code == "timeout"
            answer.set()
            assert await peer.call("echo", "in time", str) == "in time"
            await peer.abandon()

    asyncio.run(main())


def test_who_waits_when_the_connection_ends_learns_it_at_once():
    async def main():
        callers: asyncio.Queue[Any] = asyncio.Queue()

        async def hang(peer, _body):
            callers.put_nowait(peer)
            await asyncio.Event().wait()

        async with listening({"hang": hang}) as path, asyncio.timeout(PATIENCE_S):
            peer = await connect(path)
            waiting = [asyncio.create_task(peer.call("hang", None, str)) for _ in range(3)]
            (await callers.get()).abort()
            for task in waiting:
                with pytest.raises(Unavailable) as told:
                    await task
                assert told.value.code == "gone"
            await peer.closed.wait()
            with pytest.raises(Unavailable):
                await peer.call("hang", None, str)

    asyncio.run(main())


def test_a_caller_that_is_cancelled_as_the_other_side_dies_ends_all_the_same():
    async def main():
        begun, hang = hanging()
        async with listening({"hang": hang}) as path:
            peer = await connect(path)
            waiting = asyncio.create_task(peer.call("hang", None, str))
            await begun.wait()
            await peer.close()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await peer.abandon()

    asyncio.run(main())


def test_a_caller_that_is_cancelled_leaves_nothing_behind():
    async def main():
        begun, hang = hanging()
        async with listening({"hang": hang, "echo": echo}) as path:
            peer = await connect(path)
            waiting = asyncio.create_task(peer.call("hang", None, str))
            await begun.wait()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert await peer.call("echo", 1, int) == 1
            await peer.abandon()

    asyncio.run(main())
