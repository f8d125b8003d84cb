"""What a receiver will never take, kept until somebody looks, one JSON object a line."""

import base64
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from nameplate.domain.errors import Unavailable
from nameplate.domain.findings import Severity
from nameplate.ports.sink import Event, Letter

MAX_BYTES = 32 * 1024 * 1024


class DeadLetterFile:
    """The `DeadLetters` port on a file. At `limit` bytes it takes no more: its sink waits, and nothing is lost."""

    def __init__(self, path: Path, limit: int = MAX_BYTES) -> None:
        self._path, self._limit = path, limit
        self._lock = Lock()
        self._count = len(self.read())

    @property
    def count(self) -> int:
        """See `DeadLetters`."""
        return self._count

    def add(self, letters: Sequence[Letter]) -> None:
        """See `DeadLetters`."""
        data = b"".join(_line(letter) for letter in letters)
        with self._lock:
            if self._size() + len(data) > self._limit:
                message = f"{self._path.name} is full of events that the receiver refused."
                raise Unavailable("dead_letters_full", message, "See `nameplate sink dead-letter`.")
            self._write(data, "ab")
            self._count += len(letters)

    def read(self) -> list[Letter]:
        """See `DeadLetters`. A line cut short by a crash is passed over: its event is sent again."""
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._broken(error) from None
        return [letter for letter in map(_letter, lines) if letter]

    def remove(self, uids: frozenset[str]) -> None:
        """See `DeadLetters`."""
        with self._lock:
            kept = [letter for letter in self.read() if letter.event.uid not in uids]
            self._write(b"".join(_line(letter) for letter in kept), "wb")
            self._count = len(kept)

    def _size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def _write(self, data: bytes, mode: str) -> None:
        path = self._path if mode == "ab" else self._path.with_name(self._path.name + ".new")
        try:
            with path.open(mode) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            path.replace(self._path)
        except OSError as error:
            raise self._broken(error) from None

    def _broken(self, error: OSError) -> Unavailable:
        message = f"{self._path.name} cannot be used: {error.strerror}."
        return Unavailable("dead_letters_unusable", message, "Free space or correct the rights of its folder.")


def _line(letter: Letter) -> bytes:
    event = letter.event
    about = {"uid": event.uid, "seq": event.seq, "at": event.at, "severity": event.severity, "name": event.name}
    return msgspec.json.encode(about | {"why": letter.why, "refused_at": letter.at, "body": event.body}) + b"\n"


def _letter(line: bytes) -> Letter | None:
    try:
        found: dict[str, Any] = msgspec.json.decode(line)
        body = base64.b64decode(found["body"], validate=True)
        event = Event(found["uid"], found["seq"], found["at"], Severity(found["severity"]), found["name"], body)
        return Letter(event, found["why"], found["refused_at"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None
