"""Disk space set aside, so that a stop can be recorded on a full disk."""

import errno
from pathlib import Path

from .files import Files

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Reserve:
    """A preallocated file. Freed for an urgent record, and made anew when there is room again."""

    def __init__(self, directory: Path, size: int, files: Files) -> None:
        self._directory = directory
        self._path = directory / "reserve"
        self._size = size
        self._files = files

    def is_whole(self) -> bool:
        """Whether the space is set aside."""
        try:
            return self._path.stat().st_size >= self._size
        except FileNotFoundError:
            return False

    def free(self) -> None:
        """Give the space back to the disk."""
        self._files.remove(self._path)
        self._files.sync_directory(self._directory)

    def renew(self) -> None:
        """Set the space aside. Raises `OSError` unless as much again is left for ordinary records."""
        fresh = self._path.with_suffix(".new")
        fd = self._files.open(fresh)
        try:
            self._files.allocate(fd, 2 * self._size)
            self._files.truncate(fd, self._size)
            self._files.sync(fd)
        except OSError:
            self._files.remove(fresh)
            raise
        finally:
            self._files.close(fd)
        self._files.rename(fresh, self._path)
        self._files.sync_directory(self._directory)
