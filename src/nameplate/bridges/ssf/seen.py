"""Tokens that were taken: each counts once, also after a restart (`jti`, RFC 8417)."""

import hashlib
import sqlite3
import threading
from pathlib import Path

from nameplate.domain.errors import Unavailable

from .files import open_file
from .sets import MAX_AGE_S, Refusal

MOST = 1_000_000
_TIDY_EVERY = 1000
_MADE = "CREATE TABLE IF NOT EXISTS seen (id BLOB PRIMARY KEY, issued_at INTEGER NOT NULL) WITHOUT ROWID"
_BY_AGE = "CREATE INDEX IF NOT EXISTS by_age ON seen (issued_at)"


class Seen:
    """A file of hashes of `jti`. Any thread. `most`: how many are kept; tokens as old as one forgotten are refused.

    Raises Unavailable where the file cannot be read or written: nothing is taken then.
    """

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._most, self._mutex, self._added = most, threading.Lock(), 0
        try:
            self._file = open_file(path, _MADE, _BY_AGE)
            (self._horizon,) = self._file.execute("PRAGMA user_version").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise _unavailable(error) from None

    def knows(self, jti: str, issued_at: int) -> bool:
        """Whether it was taken before. Raises Refusal for one so old that this has been forgotten."""
        try:
            with self._mutex:
                found = self._file.execute("SELECT 1 FROM seen WHERE id = ?", (_hash(jti),)).fetchone()
        except sqlite3.Error as error:
            raise _unavailable(error) from None
        if found is None and issued_at <= self._horizon:
            raise Refusal("invalid_request", "So old a token may have been taken before.")
        return found is not None

    def add(self, jti: str, issued_at: int, now: int) -> None:
        """It counts as taken once this returns. Times: seconds, UTC."""
        try:
            with self._mutex:
                self._file.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (_hash(jti), issued_at))
                self._added += 1
                if self._added % min(_TIDY_EVERY, self._most) == 0:
                    self._forget(now)
        except sqlite3.Error as error:
            raise _unavailable(error) from None

    def close(self) -> None:
        """Let go of the file."""
        with self._mutex:
            self._file.close()

    def _forget(self, now: int) -> None:
        """What is too old to be taken anyhow; then the oldest above `most`, and with them all that is as old."""
        self._file.execute("DELETE FROM seen WHERE issued_at < ?", (now - MAX_AGE_S - 86_400,))
        (count,) = self._file.execute("SELECT count(*) FROM seen").fetchone()
        if count > self._most:
            oldest = "SELECT issued_at FROM seen ORDER BY issued_at LIMIT 1 OFFSET ?"
            (self._horizon,) = self._file.execute(oldest, (count - self._most - 1,)).fetchone()
            # The horizon first: a crash in between refuses more, never less.
            self._file.execute(f"PRAGMA user_version = {int(self._horizon)}")
            self._file.execute("DELETE FROM seen WHERE issued_at <= ?", (self._horizon,))


def _hash(jti: str) -> bytes:
    return hashlib.sha256(jti.encode("utf-8", "surrogatepass")).digest()[:16]


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable("seen", f"What was taken cannot be kept: {error}.", "See the disk, and DIR/cursors.")
