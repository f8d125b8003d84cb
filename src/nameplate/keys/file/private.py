"""Files that the service alone may read."""

import os
import stat
from pathlib import Path

from .errors import StoreExposed

MAX_SIZE = 16 * 1024 * 1024
_OTHERS = 0o077


def make_private_directory(path: Path) -> None:
    """Create `path` if it is missing. Raises `StoreExposed` when others may enter it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check(path, path.stat(), "700")


def read_private(path: Path) -> bytes | None:
    """The content, nothing when there is no such file. Raises `StoreExposed` when others may read or write it."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(fd, "rb") as file:
        _check(path, os.fstat(fd), "600")
        return file.read(MAX_SIZE)


def write_private(path: Path, content: bytes) -> None:
    """Put `content` in the place of what was there, whole or not at all, and durably."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(fd)
    fresh.replace(path)
    _sync_directory(path.parent)


def _check(path: Path, status: os.stat_result, mode: str) -> None:
    if status.st_mode & _OTHERS or status.st_uid not in {os.geteuid(), 0}:
        raise StoreExposed(path, mode)
    if stat.S_ISDIR(status.st_mode) != (mode == "700"):
        raise StoreExposed(path, mode)


def _sync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
