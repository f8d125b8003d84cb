"""Opening what is kept between starts: readable by its owner alone, and on the disk before anything is answered."""

import os
import sqlite3
from pathlib import Path


def open_file(path: Path, *tables: str) -> sqlite3.Connection:
    """The file at `path`, with these tables; made if need be. For any thread, one at a time.

    Raises OSError or sqlite3.Error.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for each in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *tables):
            file.execute(each)
    except sqlite3.Error:
        file.close()
        raise
    return file
