"""One connection between two processes. Either side may call the other; calls are answered in any order.

A call that has begun is carried through even when the caller is gone: what it changes must be changed as a whole.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
import structlog

from nameplate.domain.errors import Invalid, NameplateError, NotFound, Unavailable

from .frames import (
    LENGTH_BYTES,
    MAX_FIRST_FRAME,
    MAX_FRAME,
    UNREADABLE,
    Call,
    Failure,
    Frame,
    Reply,
    decode,
    encode,
    failure,
    frame_length,
    pack,
    raised,
)

T = TypeVar("T")
Handler = Callable[["Peer", bytes], Awaitable[Any]]
log = structlog.get_logger()

MAX_RUNNING = 1024


class Peer:
    """The other end of a connection. `uid` is its user, by the kernel's word; `name` is whom it proved to be.

    A `stranger` may send little until it has a name.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handlers: Mapping[str, Handler],
        uid: int,
        *,
        stranger: bool = False,
    ) -> None:
        self._reader, self._writer, self._handlers = reader, writer, handlers
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._number = 0
        self._uid, self._stranger = uid, stranger
        self.name = ""
        self.closed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    @property
    def _limit(self) -> int:
        return MAX_FIRST_FRAME if self._stranger and not self.name else MAX_FRAME

    @property
    def uid(self) -> int:
        """User id of the other process."""
        return self._uid

    async def call(self, verb: str, body: Any, answer: type[T], timeout: float = 30.0) -> T:
        """Ask the other side; raises what it raised, `Unavailable` if it is gone or silent, `Invalid` on nonsense."""
        self._number += 1
        number = self._number
        future: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._send(Call(number, verb, pack(body)))
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the answer.
            async with asyncio.timeout(timeout):
                raw = await future
        except TimeoutError:
            raise Unavailable("timeout", f"No answer to {verb} within {timeout:g} s.") from None
        finally:
            self._waiting.pop(number, None)
        try:
            return msgspec.msgpack.decode(raw, type=answer)
        except UNREADABLE as error:
            raise Invalid("malformed", f"The answer to {verb} cannot be read: {error}.") from None

    async def run(self) -> None:
        """Read until the other side is gone; answers its calls meanwhile."""
        try:
            while True:
                prefix = await self._reader.readexactly(LENGTH_BYTES)
                self._take(decode(await self._reader.readexactly(frame_length(prefix, self._limit))))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except Invalid as error:
            log.warning("connection closed", peer=self.name, uid=self._uid, why=error.message)
            # What it has not read by now it need not read: a polite end would wait for it, perhaps for ever.
            self._writer.transport.abort()
        finally:
            await self.close()

    async def close(self) -> None:
        """End the connection; whoever waits for an answer gets `Unavailable`."""
        self.closed.set()
        self._writer.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Unavailable("gone", "The other process is gone."))

    def abort(self) -> None:
        """Hang up at once."""
        self._writer.transport.abort()

    async def finish(self) -> None:
        """Wait for what the other side has begun; nothing of it is left behind."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def abandon(self) -> None:
        """End the connection, and what the other side has begun."""
        await self.close()
        self._writer.transport.abort()
        for task in self._running:
            task.cancel()
        await self.finish()

    def _send(self, frame: Frame) -> None:
        if self.closed.is_set():
            raise Unavailable("gone", "The other process is gone.")
        self._writer.write(encode(frame))

    def _take(self, frame: Frame) -> None:
        if isinstance(frame, Call):
            self._start(frame)
            return
        future = self._waiting.get(frame.number)
        if future is None or future.done():
            return
        if isinstance(frame, Failure):
            future.set_exception(raised(frame))
        else:
            future.set_result(frame.body)

    def _start(self, call: Call) -> None:
        if len(self._running) >= MAX_RUNNING:
            raise Invalid("too_many", f"More than {MAX_RUNNING} calls at once.")
        task = asyncio.get_running_loop().create_task(self._answer(call))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, call: Call) -> None:
        try:
            answer = encode(Reply(call.number, pack(await self._handler(call.verb)(self, bytes(call.body)))))
        except NameplateError as error:
            answer = encode(failure(call.number, error))
        except UNREADABLE as error:
            answer = encode(failure(call.number, Invalid("malformed", f"{call.verb}: {error}.")))
        except Exception:  # the other side must get an answer whatever happens here
            log.exception("call failed", verb=call.verb, peer=self.name)
            internal = NameplateError("internal", f"{call.verb} failed.", "See the log of this process.")
            answer = encode(failure(call.number, internal))
        if not self.closed.is_set():
            self._writer.write(answer)
            with suppress(ConnectionError):
                # Until they have room again this call counts as running: who never reads cannot fill our memory.
                await self._writer.drain()

    def _handler(self, verb: str) -> Handler:
        handler = self._handlers.get(verb)
        if handler is None:
            raise NotFound("verb", f"{verb} is not offered here.")
        return handler
