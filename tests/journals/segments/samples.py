"""Journals for the tests, and disks that fail on demand. Everything but the fault itself is the real thing."""

import asyncio
import errno
import os
import threading
from pathlib import Path

from nameplate.journals.segments import SegmentJournal, Settings, find
from nameplate.journals.segments.files import Files
from nameplate.keys.file import FileSigner
from nameplate.ports.journal import Entry

AT = 1_795_000_000_123_456
SIGNER = FileSigner("journal", bytes(range(32)))
OTHER_SIGNER = FileSigner("journal", bytes(32))
SMALL = Settings(segment_bytes=2_000, reserve_bytes=4_096, retry_seconds=0.01)


def body(number):
    return b'{"kind":"sample","number":%d,"text":"%s"}' % (number, b"x" * (number % 40))


def open_journal(directory: Path, **options):
    return SegmentJournal(directory, "n1", SIGNER, **{"settings": SMALL, **options})


def write(directory: Path, count: int, group: int = 3, **options) -> None:
    """A closed journal with `count` records more, synced in groups."""

    async def main():
        journal = open_journal(directory, **options)
        for start in range(0, count, group):
            numbers = range(start, min(start + group, count))
            await asyncio.gather(*{journal.append(body(number), AT + number) for number in numbers})
        await journal.close()

    asyncio.run(main())


def segments(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.journal"))


def entry_of(directory: Path, seq: int) -> Entry:
    """The record that must be there."""
    entry = find(directory, seq)
    assert entry is not None
    return entry


class FailingFiles(Files):
    """A disk that fails while `faults` says so: operation -> errno. `log` keeps what was done, in order."""

    def __init__(self):
        self.faults = {}
        self.log = []
        self.most = None
        self.broken_file = None
        self.watched = {}

    def watch(self, operation):
        """An event that is set when `operation` is next tried."""
        self.watched[operation] = threading.Event()
        return self.watched[operation]

    def fail(self, *operations, error=errno.EIO):
        self.faults.update(dict.fromkeys(operations, error))

    def heal(self):
        self.faults.clear()

    def _do(self, operation, *details):
        self.log.append((operation, *details))
        if operation in self.watched:
            self.watched[operation].set()
        if operation in self.faults:
            raise OSError(self.faults[operation], os.strerror(self.faults[operation]))

    def _touch(self, fd):
        """Nothing can be made durable in the broken file any more."""
        if self.broken_file and self.broken_file.stat().st_ino == os.fstat(fd).st_ino:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def write(self, fd, data, offset):
        self._do("write")
        return super().write(fd, data[: self.most], offset)

    def sync(self, fd):
        self._do("sync")
        self._touch(fd)
        super().sync(fd)

    def sync_directory(self, path):
        self._do("sync_directory")
        super().sync_directory(path)

    def truncate(self, fd, size):
        self._do("truncate")
        self._touch(fd)
        super().truncate(fd, size)

    def allocate(self, fd, size):
        self._do("allocate")
        super().allocate(fd, size)

    def rename(self, path, to):
        self._do("rename", to.name)
        super().rename(path, to)

    def remove(self, path):
        self._do("remove", path.name)
        super().remove(path)


class FullDisk(FailingFiles):
    """A disk with `room` bytes: writes beyond it fail with ENOSPC, and the reserve counts."""

    def __init__(self, directory: Path, room: int):
        super().__init__()
        self.directory = directory
        self.room = room

    def used(self):
        return sum(path.stat().st_size for path in self.directory.iterdir() if path.name != "lock")

    def write(self, fd, data, offset):
        more = max(0, offset + len(data) - os.fstat(fd).st_size)
        if self.used() + more > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data, offset)

    def allocate(self, fd, size):
        if self.used() + size > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().allocate(fd, size)


def pruned_when_opened(monkeypatch, directory: Path, times: int = 1) -> None:
    """The oldest segment goes in the very moment in which somebody opens it for so many times."""
    first, opens, left = segments(directory)[0], Path.open, list(range(times - 1))

    def open_late(path, *args, **options):
        if path == first and left:
            left.pop()
        elif path == first:
            path.unlink(missing_ok=True)
        return opens(path, *args, **options)

    monkeypatch.setattr(Path, "open", open_late)
