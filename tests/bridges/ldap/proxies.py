"""A line to a directory on which messages get lost."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sansldap.asn1 import ASN1Reader, NotEnougData

SEARCH_RESULT_ENTRY = 4


class Proxy:
    """`losing`: entries that the server sends are lost, and counted in `lost`; everything else passes."""

    def __init__(self, port: int) -> None:
        self.port, self.lost, self.losing = 0, 0, False
        self._target, self._ready, self._ended = port, threading.Event(), asyncio.Event()
        self._lines: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()
        for line in self._lines:
            line.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        self._lines |= {writer, back}
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer, frames=True), return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, frames: bool = False) -> None:
        rest = b""
        try:
            while data := await reader.read(65_536):
                whole, rest = _frames(rest + data) if frames else ([data], b"")
                for frame in whole:
                    if frames and self.losing and _is_entry(frame):
                        self.lost += 1
                    else:
                        writer.write(frame)
                await writer.drain()
        finally:
            writer.close()


@contextmanager
def lossy(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.end()


def _frames(data: bytes) -> tuple[list[bytes], bytes]:
    found = []
    while data:
        try:
            header = ASN1Reader(data).peek_header()
        except NotEnougData:
            break
        size = header.tag_length + header.length
        if len(data) < size:
            break
        found.append(data[:size])
        data = data[size:]
    return found, data


def _is_entry(frame: bytes) -> bool:
    message = ASN1Reader(frame).read_sequence()
    message.read_integer()
    return message.peek_header().tag.tag_number == SEARCH_RESULT_ENTRY
