"""How far a sink has got, in a file of its own."""

import json
import os
from pathlib import Path

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.ports.sink import Position

FORMAT = "nameplate-position/1"


class PositionFile:
    """The `PositionStore` port on a JSON file that is always replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Position | None:
        """See `PositionStore`."""
        try:
            members = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable("position_unreadable", f"The position of a sink cannot be read: {error}.") from None
        except (ValueError, RecursionError):
            raise self._damaged() from None
        if not _is_position(members):
            raise self._damaged()
        return Position(members["node"], members["resume_at"], members["sent"], members["sent_sha256"])

    def save(self, position: Position) -> None:
        """See `PositionStore`."""
        members = {
            "format": FORMAT,
            "node": position.node,
            "resume_at": position.resume_at,
            "sent": position.sent,
            "sent_sha256": position.digest,
        }
        try:
            self._replace(json.dumps(members).encode() + b"\n")
        except OSError as error:
            raise Unavailable("position_unwritable", f"The position of a sink cannot be kept: {error}.") from None

    def _replace(self, content: bytes) -> None:
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def _damaged(self) -> Invalid:
        message = f"{self._path.name} does not hold the position of a sink."
        return Invalid("position_damaged", message, "Remove it: everything in the journal is then sent again.")


def _is_position(members: object) -> bool:
    """Whether these are the members that `save` writes. True is not a number here."""
    if not isinstance(members, dict) or members.get("format") != FORMAT:
        return False
    numbers = [members.get("resume_at"), members.get("sent")]
    texts = [members.get("node"), members.get("sent_sha256")]
    return (
        all(type(number) is int for number in numbers)
        and all(isinstance(text, str) for text in texts)
        and 1 <= members["resume_at"] <= members["sent"] + 1
    )
