"""Small private files that survive a crash: written whole or not at all, readable by their owner alone."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nameplate.domain.errors import NotFound, Refused, Unavailable

_PRIVATE = 0o600
_OTHERS = 0o077
_MAX_SIZE = 16_384


def make_folder(folder: Path) -> None:
    """Create a folder for its owner alone; one that exists is left as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


def write_private(path: Path, data: bytes) -> None:
    """Replace a file. It is on the disk when this returns; raises Unavailable when it could not be written."""
    fresh = path.with_name(path.name + ".new")
    try:
        _write_synced(fresh, data)
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None


def read_private(path: Path) -> bytes:
    """The content; raises NotFound where there is none and Refused where others may read or replace it."""
    try:
        # O_NONBLOCK: a pipe put in the place of a key must not stop the robot.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFound("not_enrolled", f"{path} does not exist.", "Enrol this unit first.") from None
    except OSError as error:
        raise Unavailable("unreadable", f"{path} cannot be read: {error.strerror}.", "Run as its owner.") from None
    try:
        _require_private(path, os.fstat(handle))
        return os.read(handle, _MAX_SIZE)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against every other process and thread that asks for the same."""
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE)
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_synced(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, _PRIVATE)
        file.write(data)
        file.flush()
        os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _require_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise Refused("exposed", f"{path} is not a regular file.", "Enrol this unit again.")
    if found.st_mode & _OTHERS:
        raise Refused("exposed", f"{path} is open to other users.", "Treat the key as copied: enrol this unit again.")


def _unwritable(path: Path, error: OSError) -> Unavailable:
    return Unavailable("unwritable", f"{path} cannot be written: {error.strerror}.", "Free space, or run as its owner.")
