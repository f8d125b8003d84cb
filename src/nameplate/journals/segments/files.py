"""The few file operations that the writer needs. Tests give it a subclass whose disk fails."""

import os
from pathlib import Path


class Files:
    """Each method raises `OSError` as the system call does."""

    def open(self, path: Path) -> int:
        """Open for reading and writing; created when missing, readable by the service alone."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        """Write at `offset`. May write less than all of `data`: returns how much."""
        return os.pwrite(fd, data, offset)

    def sync(self, fd: int) -> None:
        """Return when everything written to `fd` is on the disk."""
        os.fdatasync(fd)

    def sync_directory(self, path: Path) -> None:
        """Return when the names in the directory `path` are on the disk."""
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def truncate(self, fd: int, size: int) -> None:
        """Cut the file, or lengthen it with zeros."""
        os.ftruncate(fd, size)

    def allocate(self, fd: int, size: int) -> None:
        """Take the disk space for the first `size` bytes now."""
        os.posix_fallocate(fd, 0, size)

    def rename(self, path: Path, to: Path) -> None:
        """Give the file another name, in the place of what has that name."""
        path.replace(to)

    def remove(self, path: Path) -> None:
        """Delete the file if it is there."""
        path.unlink(missing_ok=True)

    def close(self, fd: int) -> None:
        """Close the descriptor."""
        os.close(fd)


def write_all(files: Files, fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`, however many writes it takes."""
    view = memoryview(data)
    while view:
        written = files.write(fd, view, offset)
        if written <= 0:
            raise OSError(5, "the disk accepts no bytes")
        view, offset = view[written:], offset + written
