"""Listeners at short paths, and raw connections to them as somebody hostile would use them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from nameplate.buses.unix import Listener

PATIENCE_S = 10.0
LENGTH_BYTES = 4


async def echo(_peer: Any, body: bytes) -> Any:
    return msgspec.msgpack.decode(body)


@asynccontextmanager
async def listening(handlers: Mapping[str, Any] | None = None, **options: Any) -> AsyncIterator[Path]:
    """The path of a listener. When it has stopped, not one task of it is left."""
    before = asyncio.all_tasks()
    with TemporaryDirectory(prefix="np-") as folder:
        listener = Listener(Path(folder) / "bus", {"echo": echo} if handlers is None else handlers, **options)
        await listener.start()
        try:
            yield Path(folder) / "bus"
        finally:
            await listener.stop()
        assert not (Path(folder) / "bus").exists()
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert left == set()


class Raw:
    """A connection without any protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, path: Path) -> "Raw":
        return cls(*await asyncio.open_unix_connection(str(path)))

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        try:
            await self.writer.drain()
        except ConnectionError:
            return

    async def frame(self) -> Any:
        """The next frame, as plain msgpack; None when the other side has hung up."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                prefix = await self.reader.readexactly(LENGTH_BYTES)
                return msgspec.msgpack.decode(await self.reader.readexactly(int.from_bytes(prefix, "big")))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    def close(self) -> None:
        self.writer.close()


def framed(value: Any) -> bytes:
    payload = msgspec.msgpack.encode(value)
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def call(number: int, verb: Any, body: Any = None) -> bytes:
    return framed(["call", number, verb, body])
