import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from nameplate.boot import robot as wiring
from nameplate.domain.actors import BoundKey
from nameplate.domain.identities import Identified
from nameplate.domain.places import Door, Reader
from nameplate.domain.presence import Place, key_handle
from nameplate.entry.demo.attacks import RogueReader
from nameplate.entry.robot import Outcome, Robot
from nameplate.flows.identify import Presentations, Records
from nameplate.keys.p256 import P256Agreement
from nameplate.ports.agreement import UnitIdentity


class Site:
    """The real judge of presence behind readers that are Unix sockets. One robot, `amr-17`, is enrolled."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        self.folder, self._sockets = folder, sockets
        readers = (Reader("r1", "corridor"), Reader("r2", "pharmacy"))
        self._doors = {name: Door(name, "clinic", ("corridor", "pharmacy"), readers) for name in ("entrance", "store")}
        self._keys: dict[str, BoundKey] = {}
        records = Records(self._doors.get, self._doors.values, self._keys.get, lambda _: None)
        self.presentations = Presentations(P256Agreement(), records, time.monotonic)
        self.state = folder / "amr-17"
        self.robot = self.enrolled(self.state)

    def enrolled(self, state: Path) -> Robot:
        """A robot whose key is on record."""
        key = wiring.fresh_key(state)
        handle = key_handle(key.public)
        self._keys[handle] = BoundKey(handle, key.public, state.name, 0)
        return Robot(key.bind(UnitIdentity(state.name, "clinic", "T3-00417", handle)))

    def forget(self, robot: Robot) -> None:
        """Take a robot's key off the record."""
        del self._keys[robot.identity.key_handle]

    def path(self, name: str) -> Path:
        """Where a socket may lie: the path of one must be short."""
        return self._sockets / name

    def reader(self, place: Place) -> RogueReader:
        """A reader that carries bytes between robots and the judge."""

        def judge(answer: bytes) -> Outcome:
            found = self.presentations.identify(place.door, place.reader, answer)
            return Outcome(isinstance(found, Identified), getattr(found, "reason", "granted"))

        def challenge() -> bytes:
            return self.presentations.challenge(place.door, place.reader)

        return RogueReader(self.path(f"{place.door}-{place.reader}"), challenge, judge)


@pytest.fixture
def site(tmp_path):
    with TemporaryDirectory(prefix="np-") as sockets:
        yield Site(tmp_path, Path(sockets))
