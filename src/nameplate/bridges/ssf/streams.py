"""Who wants which of our events, how far each was told, and what waits: one file, so that all moves together."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nameplate.domain.errors import Unavailable

from .files import open_file

_TABLES = (
    "CREATE TABLE IF NOT EXISTS streams (id TEXT PRIMARY KEY, bridge TEXT, body BLOB, next_seq INTEGER)",
    "CREATE TABLE IF NOT EXISTS waiting (place INTEGER PRIMARY KEY, stream TEXT, jti TEXT, token TEXT)",
    "CREATE UNIQUE INDEX IF NOT EXISTS once ON waiting (stream, jti)",
)
_NONCE = 12


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """One stream. `endpoint`: where it is pushed, empty where it is polled. `authorization`: the header wanted there.

    `events`: URIs that they asked for, all where none. `excluded`: subjects that they do not want to hear of.
    `status`: as they want it. `withdrawn`: by us, since their bridge is not declared any more.
    """

    id: str
    bridge: str
    endpoint: str = ""
    authorization: str = field(default="", repr=False)
    events: tuple[str, ...] = ()
    description: str = ""
    status: str = "enabled"
    reason: str = ""
    excluded: frozenset[str] = frozenset()
    withdrawn: bool = False


class StreamFile:
    """All streams. Any thread. `secret` (32 bytes) seals what is theirs in it. Raises Unavailable."""

    def __init__(self, path: Path, secret: bytes) -> None:
        self._mutex, self._seal = threading.Lock(), AESGCM(secret)
        try:
            self._file = open_file(path, *_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise _unavailable(error) from None

    def all(self) -> list[StreamSpec]:
        """Every stream, by id."""
        with self._changing() as file:
            rows = file.execute("SELECT id, body FROM streams ORDER BY id").fetchall()
        return [self._opened(ident, body) for ident, body in rows]

    def put(self, stream: StreamSpec, next_seq: int) -> None:
        """Keep a stream; a new one is told what is recorded from `next_seq` on, a known one goes on where it was."""
        with self._changing() as file:
            values = (stream.id, stream.bridge, self._sealed(stream), next_seq)
            file.execute(
                "INSERT INTO streams VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body", values
            )

    def remove(self, ident: str) -> None:
        """Forget a stream, and all that waits for it."""
        with self._changing() as file:
            file.execute("DELETE FROM streams WHERE id = ?", (ident,))
            file.execute("DELETE FROM waiting WHERE stream = ?", (ident,))

    def clear(self, ident: str) -> None:
        """Nothing waits for a stream any more."""
        with self._changing() as file:
            file.execute("DELETE FROM waiting WHERE stream = ?", (ident,))

    def next_seq(self, ident: str) -> int:
        """The first record that a stream was not yet told."""
        with self._changing() as file:
            row = file.execute("SELECT next_seq FROM streams WHERE id = ?", (ident,)).fetchone()
        return int(row[0]) if row else 0

    def add(self, ident: str, tokens: Sequence[tuple[str, str]], next_seq: int | None = None) -> None:
        """Tokens (`jti`, text) wait from now on, and the place in the journal moves on: both or neither."""
        with self._changing() as file:
            if file.execute("SELECT 1 FROM streams WHERE id = ?", (ident,)).fetchone() is None:
                return
            values = [(ident, jti, token) for jti, token in tokens]
            file.executemany("INSERT OR IGNORE INTO waiting (stream, jti, token) VALUES (?, ?, ?)", values)
            if next_seq is not None:
                file.execute("UPDATE streams SET next_seq = ? WHERE id = ?", (next_seq, ident))

    def waiting(self, ident: str, most: int) -> list[tuple[str, str]]:
        """The oldest tokens that were not taken yet: `jti` and text."""
        with self._changing() as file:
            found = "SELECT jti, token FROM waiting WHERE stream = ? ORDER BY place LIMIT ?"
            return list(file.execute(found, (ident, most)).fetchall())

    def count(self, ident: str) -> int:
        """How many tokens wait."""
        with self._changing() as file:
            row = file.execute("SELECT count(*) FROM waiting WHERE stream = ?", (ident,)).fetchone()
        return int(row[0])

    def taken(self, ident: str, jtis: Sequence[str]) -> None:
        """These need not be told again."""
        with self._changing() as file:
            file.executemany("DELETE FROM waiting WHERE stream = ? AND jti = ?", [(ident, jti) for jti in jtis])

    def close(self) -> None:
        """Let go of the file."""
        with self._mutex:
            self._file.close()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._mutex:
                self._file.execute("BEGIN IMMEDIATE")
                try:
                    yield self._file
                except BaseException:
                    self._file.execute("ROLLBACK")
                    raise
                self._file.execute("COMMIT")
        except sqlite3.Error as error:
            raise _unavailable(error) from None

    def _sealed(self, stream: StreamSpec) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._seal.encrypt(nonce, msgspec.json.encode(asdict(stream)), stream.id.encode())

    def _opened(self, ident: str, body: bytes) -> StreamSpec:
        try:
            plain = self._seal.decrypt(body[:_NONCE], body[_NONCE:], ident.encode())
            return msgspec.convert(msgspec.json.decode(plain), StreamSpec)
        except (InvalidTag, msgspec.DecodeError, msgspec.ValidationError):
            remedy = "Remove DIR/cursors/signals.db: those who hear from us make their streams anew."
            raise Unavailable("streams", "The streams were kept under another key.", remedy) from None


def seal_key(secret: bytes) -> bytes:
    """32 bytes out of another secret (HKDF, RFC 5869), for this file alone."""
    return HKDF(hashes.SHA256(), 32, None, b"nameplate streams/1").derive(secret)


def _unavailable(error: Any) -> Unavailable:
    return Unavailable("streams", f"The streams cannot be kept: {error}.", "See the disk, and DIR/cursors.")
