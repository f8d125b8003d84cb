"""A unit that can prove itself."""

from pathlib import Path
from typing import Self

from nameplate.boot import robot as wiring
from nameplate.domain.presence import Place
from nameplate.ports.agreement import UnitIdentity, UnitKey

from .air import Line, Outcome, exchange
from .enrolment import enrol

PRESENT_SECONDS = 10.0


class Robot:
    """One enrolled unit. A maker with a secure element passes an own `UnitKey`."""

    def __init__(self, key: UnitKey) -> None:
        self._key = key

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The unit enrolled in `folder`; raises NotFound, Refused or Conflict, each with what to do."""
        return cls(wiring.load_key(folder))

    @classmethod
    def enrol(cls, server: str, code: str, folder: Path, serial: str, ca: Path | None = None) -> Self:
        """Make a new key, prove it to the server with a one-time code, and keep it in `folder`.

        `server`: https URL; http only on this machine. `ca`: certificates to trust (PEM) in the place of the system's.
        An earlier key in `folder` stays until the new one is accepted.
        """
        key = wiring.fresh_key(folder)
        return cls(key.bind(enrol(server, code, serial, key, ca)))

    @property
    def identity(self) -> UnitIdentity:
        """Who this unit is to its site."""
        return self._key.identity

    def answer(self, challenge: bytes, place: Place) -> bytes:
        """The 126 bytes that answer `challenge` (58 bytes) at `place`, where the robot knows itself to stand.

        Raises Invalid for what is no challenge and Refused for a challenge that was made for another place.
        """
        return wiring.answer(self._key, place, challenge)

    def present(self, reader: Path, place: Place, seconds: float = PRESENT_SECONDS) -> Outcome:
        """Go through the whole exchange with the reader behind a Unix socket, within `seconds`."""
        with Line.to_reader(reader, seconds) as line:
            return exchange(line, lambda challenge: self.answer(challenge, place))
