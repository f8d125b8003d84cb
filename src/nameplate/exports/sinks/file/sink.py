"""NDJSON, appended and synced."""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from nameplate.domain.errors import Unavailable
from nameplate.ports.sink import Event, Refusal

T = TypeVar("T")


class FileSink:
    """The `Sink` port on a file. A batch is on the disk when `send` returns.

    Rotation by renaming needs no signal: each batch looks whether the path still leads to the open file. A disk
    that hangs holds this sink's own thread and nothing else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="file-sink")

    @property
    def margin(self) -> int:
        """See `Sink`. What was synced stays."""
        return 0

    async def open(self) -> None:
        """See `Sink`."""
        await self._run(self._reopen)

    async def send(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """See `Sink`."""
        if events:
            await self._run(lambda: self._append(b"".join(event.body + b"\n" for event in events)))
        return ()

    async def close(self) -> bool:
        """See `Sink`."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go)
        return True

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            message = f"{self._path.name} cannot be written: {error.strerror}."
            remedy = "Free space or correct the rights of its folder: the sink goes on by itself."
            raise Unavailable("sink_unwritable", message, remedy) from None

    def _append(self, data: bytes) -> None:
        if self._moved():
            self._reopen()
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
        os.fsync(self._fd)

    def _moved(self) -> bool:
        try:
            return not os.path.samestat(os.fstat(self._fd), self._path.stat())
        except FileNotFoundError:
            return True

    def _reopen(self) -> None:
        """A line that a crash cut short is ended, so that it spoils no other: its event is sent again."""
        self._let_go()
        self._fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        size = os.fstat(self._fd).st_size
        if size and os.pread(self._fd, 1, size - 1) != b"\n":
            os.write(self._fd, b"\n")

    def _let_go(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
