import asyncio
import os
import socket
import stat
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.buses.unix import Listener, connect
from nameplate.buses.unix import listener as listening_side
from nameplate.buses.unix.frames import MAX_FIRST_FRAME, MAX_FRAME
from nameplate.buses.unix.listener import bind, peer_uid
from nameplate.buses.unix.peer import MAX_RUNNING
from nameplate.domain.errors import Unavailable
from tests.buses.unix.lines import PATIENCE_S, Raw, call, echo, framed, listening

AS_ANOTHER_USER = """
import os, socket, sys
os.setuid(65534)
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
line.sendall(bytes.fromhex(sys.argv[2]))
line.recv(1)
"""


async def answers(path):
    """Whether an honest caller is still answered."""
    peer = await connect(path)
    try:
        return await peer.call("echo", "hello", str, PATIENCE_S) == "hello"
    finally:
        await peer.abandon()


def test_what_is_asked_is_answered():
    async def main():
        async with listening() as path:
            assert await answers(path)

    asyncio.run(main())


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=6), st.booleans())
def test_no_bytes_do_harm_to_the_listener_or_to_others(pieces, hang_up):
    async def main():
        async with listening() as path:
            raw = await Raw.to(path)
            for piece in pieces:
                await raw.send(piece)
            if hang_up:
                raw.close()
            assert await answers(path)
            raw.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff",
        (MAX_FRAME + 1).to_bytes(4, "big"),
        b"\x00\x00\x00\x00",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        framed(None),
        framed(["call", "one", "echo", 1]),
        framed({"verb": "echo"}),
        (100_012).to_bytes(4, "big") + b"\x94\xa4call\x01\xa4echo" + b"\x91" * 100_000 + b"\xc0",
        (5).to_bytes(4, "big") + b"\xc1\xc1\xc1\xc1\xc1",
    ],
)
def test_who_does_not_speak_the_protocol_is_hung_up_on(data):
    async def main():
        async with listening() as path:
            raw = await Raw.to(path)
            await raw.send(data)
            raw.writer.write_eof()
            frame = await raw.frame()
            assert frame is None or frame[0] == "failure"
            assert await answers(path)
            raw.close()

    asyncio.run(main())


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x00\x00", b"\x00\xff\xff\xff", call(1, "echo", 1)[:-1]])
def test_half_a_frame_waits_without_holding_up_others_and_ends_with_the_listener(data):
    async def main():
        async with listening() as path:
            raw = await Raw.to(path)
            await raw.send(data)
            assert await answers(path)
        assert await raw.frame() is None
        raw.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("verb", "code"), [("nothing", "verb"), ("", "verb"), ("__class__", "verb"), ("x" * 100_000, "verb")]
)
def test_an_unknown_verb_is_answered_so_and_not_quoted_at_length(verb, code):
    async def main():
        async with listening() as path:
            raw = await Raw.to(path)
            await raw.send(call(9, verb))
            kind, number, family, told, message, _ = await raw.frame()
            assert (kind, number, family, told) == ("failure", 9, "NotFound", code)
            assert len(message) < 2_000
            raw.close()

    asyncio.run(main())


def test_answers_that_nobody_asked_for_are_ignored():
    async def main():
        async with listening() as path:
            raw = await Raw.to(path)
            await raw.send(framed(["reply", 1, "x"]) + framed(["failure", 2, "Refused", "c", "m", "r"]))
            await raw.send(call(3, "echo", "still here"))
            assert await raw.frame() == ["reply", 3, "still here"]
            raw.close()

    asyncio.run(main())


def test_who_asks_more_at_once_than_is_allowed_is_hung_up_on():
    async def main():
        forever = asyncio.Event()

        async def wait(_peer, _body):
            await forever.wait()

        async with listening({"wait": wait, "echo": echo}) as path:
            raw = await Raw.to(path)
            await raw.send(b"".join(call(number, "wait") for number in range(MAX_RUNNING + 1)))
            assert await raw.frame() is None
            assert await answers(path)
            raw.close()
            forever.set()

    asyncio.run(main())


def test_who_never_reads_the_answers_cannot_fill_the_memory():
    async def main():
        async with listening() as path:
            raw = await Raw.to(path)
            raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
            big = call(1, "echo", b"x" * 10_000)
            sent = 0
            try:
                async with asyncio.timeout(PATIENCE_S):
                    while sent < 20 * MAX_RUNNING:
                        raw.writer.write(big)
                        await raw.writer.drain()
                        sent += 1
            except ConnectionError:
                pass
            # It was hung up on when as many of its calls as may run were waiting for it to read.
            assert MAX_RUNNING <= sent < 3 * MAX_RUNNING
            assert await answers(path)
            raw.close()

    asyncio.run(main())


def test_one_user_cannot_take_all_connections(monkeypatch):
    async def main():
        monkeypatch.setattr(listening_side, "MAX_OF_ONE_USER", 3)
        async with listening() as path:
            held = [await Raw.to(path) for _ in range(3)]
            for raw in held:
                await raw.send(call(1, "echo", 1))
                assert await raw.frame() == ["reply", 1, 1]
            refused = await Raw.to(path)
            assert await refused.frame() is None
            held[0].close()
            async with asyncio.timeout(PATIENCE_S):
                while not await accepted(path):
                    pass
            for raw in (*held, refused):
                raw.close()

    asyncio.run(main())


async def accepted(path):
    try:
        return await answers(path)
    except Unavailable:
        return False


def test_the_owner_is_told_of_each_peer_that_leaves():
    async def main():
        left: asyncio.Queue[Any] = asyncio.Queue()
        async with listening(gone=left.put_nowait) as path:
            raw = await Raw.to(path)
            await raw.send(call(1, "echo", 1))
            await raw.frame()
            raw.close()
            async with asyncio.timeout(PATIENCE_S):
                peer = await left.get()
            assert peer.closed.is_set()

    asyncio.run(main())


def test_a_call_that_has_begun_is_carried_through_though_its_caller_is_gone():
    async def main():
        begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def change(_peer, _body):
            begun.set()
            await go_on.wait()
            await asyncio.sleep(0)
            done.set()

        left = asyncio.Event()
        async with listening({"change": change}, gone=lambda _: left.set()) as path:
            raw = await Raw.to(path)
            await raw.send(call(1, "change"))
            async with asyncio.timeout(PATIENCE_S):
                await begun.wait()
                raw.close()
                await left.wait()
                go_on.set()
                await done.wait()

    asyncio.run(main())


def test_when_the_listener_stops_what_was_begun_ends_with_it():
    async def main():
        begun, ended = asyncio.Event(), asyncio.Event()

        async def hang(_peer, _body):
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        async with listening({"hang": hang}) as path:
            raw = await Raw.to(path)
            await raw.send(call(1, "hang"))
            await begun.wait()
        assert ended.is_set()
        raw.close()

    asyncio.run(main())


@pytest.mark.parametrize("mode", [0o600, 0o666])
def test_a_socket_has_its_permissions_from_its_first_moment_and_the_mask_stays(mode):
    mask = os.umask(0o022)
    os.umask(mask)
    with TemporaryDirectory(prefix="np-") as folder:
        path = Path(folder) / "bus"
        bind(path, mode).close()
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert os.umask(mask) == mask


def test_a_socket_that_a_dead_process_left_behind_is_replaced():
    async def main():
        with TemporaryDirectory(prefix="np-") as folder:
            path = Path(folder) / "bus"
            bind(path, 0o600).close()
            listener = Listener(path, {"echo": echo})
            await listener.start()
            assert await answers(path)
            await listener.stop()

    asyncio.run(main())


def test_the_kernel_says_whose_process_is_at_the_other_end():
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert peer_uid(ours.fileno()) == os.geteuid()
        ours.send(b"still open")
        assert theirs.recv(100) == b"still open"


async def as_another_user(path: Path) -> bytes:
    """What a process of another user complains of when it says hello at `path`."""
    command = [sys.executable, "-I", "-c", AS_ANOTHER_USER, str(path), call(1, "whoami").hex()]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(PATIENCE_S):
        _, error = await process.communicate()
    return error


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can call as another user; run it as root")
def test_another_user_is_known_as_another_and_kept_out_of_a_private_socket():
    async def main():
        seen = []

        async def whoami(peer, _body):
            seen.append(peer.uid)

        for mode, expected in ((0o666, b""), (0o600, b"PermissionError")):
            async with listening({"whoami": whoami}, mode=mode) as path:
                path.parent.chmod(0o711)
                error = await as_another_user(path)
                assert expected in error if expected else not error
        assert seen == [65534]

    asyncio.run(main())


def introducing(path):
    return Listener(path, {"hello": hello, "echo": echo}, 0o600, None, 0.3)


async def hello(peer, body):
    peer.name = "known"


def test_a_stranger_is_hung_up_on_after_a_while_and_who_has_a_name_stays():
    async def main():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "s"
            listener = introducing(path)
            await listener.start()
            silent, known = await Raw.to(path), await connect(path)
            await silent.send(b"\x00\x00\x00")
            await known.call("hello", None, type(None), PATIENCE_S)
            assert await silent.frame() is None
            assert await known.call("echo", "x" * 10_000, str, PATIENCE_S) == "x" * 10_000
            silent.close()
            await known.abandon()
            await listener.stop()

    asyncio.run(main())


def test_a_stranger_may_not_say_much():
    async def main():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "s"
            listener = introducing(path)
            await listener.start()
            for size in (MAX_FIRST_FRAME + 1, MAX_FRAME):
                raw = await Raw.to(path)
                await raw.send(size.to_bytes(4, "big"))
                assert await raw.frame() is None
                raw.close()
            await listener.stop()

    asyncio.run(main())
