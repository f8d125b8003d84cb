"""One server to a data directory. A second one would take the sockets away from the first."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nameplate.domain.errors import Conflict


@contextmanager
def claimed(data: Path) -> Iterator[None]:
    """Hold the data directory; raises Conflict while another process does. The claim of a process ends with it."""
    descriptor = os.open(data / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _lock(descriptor, data)
        yield
    finally:
        os.close(descriptor)


def is_claimed(data: Path) -> bool:
    """Whether a server runs there now."""
    if not (data / "serve.lock").exists():
        return False
    try:
        with claimed(data):
            return False
    except Conflict:
        return True


def _lock(descriptor: int, data: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"Another server runs in {data}."
        raise Conflict("in_use", message, "Stop it first, or name another directory with --data.") from None
