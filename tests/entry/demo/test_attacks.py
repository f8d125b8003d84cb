import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from nameplate.boot import robot as wiring
from nameplate.domain.actors import BoundKey
from nameplate.domain.errors import NameplateError, NotFound, Refused, Unavailable
from nameplate.domain.identities import Identified
from nameplate.domain.places import Door, Reader
from nameplate.domain.presence import ANSWER_SIZE, Place, key_handle
from nameplate.entry.demo.attacks import Relay, RogueReader, clone, replay
from nameplate.entry.robot import Outcome, Robot
from nameplate.entry.robot.air import ANSWER, PRESENT, Line
from nameplate.flows.identify import Presentations, Records
from nameplate.keys.p256 import P256Agreement
from nameplate.ports.agreement import UnitIdentity

HERE, THERE = Place("clinic", "entrance", "r1"), Place("clinic", "store", "r1")
GRANTED = Outcome(permit=True, reason="granted")


class Site:
    """A real judge of presence behind the reader at HERE, and one robot on record."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        self.state, self.sockets, self.reader = folder / "amr-17", sockets, sockets / "reader"
        key = wiring.fresh_key(self.state)
        handle = key_handle(key.public)
        self.robot = Robot(key.bind(UnitIdentity("amr-17", "clinic", "T3-00417", handle)))
        doors = {name: Door(name, "clinic", ("a", "b"), (Reader("r1", "a"),)) for name in ("entrance", "store")}
        keys = {handle: BoundKey(handle, key.public, "amr-17", 0)}
        records = Records(doors.get, doors.values, keys.get, lambda _: None)
        self._presentations = Presentations(P256Agreement(), records, time.monotonic)

    def serving(self) -> RogueReader:
        return RogueReader(self.reader, lambda: self._presentations.challenge(HERE.door, HERE.reader), self._judge)

    def _judge(self, answer: bytes) -> Outcome:
        found = self._presentations.identify(HERE.door, HERE.reader, answer)
        return GRANTED if isinstance(found, Identified) else Outcome(permit=False, reason=found.reason)


@pytest.fixture
def site(tmp_path):
    with TemporaryDirectory(prefix="np-") as sockets:
        site = Site(tmp_path, Path(sockets))
        with site.serving():
            yield site


def test_a_clone_is_refused_at_once_if_the_original_has_shown_itself_since(site, tmp_path):
    copy = clone(site.state, tmp_path / "copy")
    assert site.robot.present(site.reader, HERE) == GRANTED
    assert copy.present(site.reader, HERE) == Outcome(permit=False, reason="cloned_key")


def test_a_clone_that_comes_first_is_found_when_the_original_comes(site, tmp_path):
    copy = clone(site.state, tmp_path / "copy")
    assert copy.present(site.reader, HERE) == GRANTED
    assert site.robot.present(site.reader, HERE) == Outcome(permit=False, reason="cloned_key")


def test_nothing_is_cloned_from_an_empty_place(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound):
        clone(tmp_path / "empty", tmp_path / "copy")


def test_a_robot_does_not_answer_a_challenge_that_is_merely_carried(site):
    with Relay(site.reader, site.sockets / "rogue") as relay, pytest.raises(Refused):
        site.robot.present(site.sockets / "rogue", THERE)
    assert (relay.recorded, relay.outcomes) == ([], [])


def test_a_relay_that_pretends_to_be_another_reader_is_named_at_the_door(site):
    with Relay(site.reader, site.sockets / "rogue", pretend=THERE) as relay:
        shown = site.robot.present(site.sockets / "rogue", THERE)
    assert relay.outcomes == [shown] == [Outcome(permit=False, reason="relayed")]


def test_a_recorded_answer_is_worth_nothing(site):
    """A tap at the right reader lets the robot in, and keeps what it said."""
    with Relay(site.reader, site.sockets / "tap") as tap:
        assert site.robot.present(site.sockets / "tap", HERE) == GRANTED
    assert [len(answer) for answer in tap.recorded] == [ANSWER_SIZE]
    assert replay(site.reader, tap.recorded[0]) == Outcome(permit=False, reason="replayed")


def test_a_relay_goes_on_after_a_robot_that_went_away(site):
    with Relay(site.reader, site.sockets / "tap"):
        for _ in range(2):
            with Line.to_reader(site.sockets / "tap", 5) as line:
                line.send(PRESENT)
        assert site.robot.present(site.sockets / "tap", HERE) == GRANTED


@pytest.mark.parametrize("kind", [ANSWER, 0x7F])
def test_a_robot_that_does_not_announce_itself_is_shown_out(site, kind):
    with Line.to_reader(site.reader, 5) as line:
        line.send(kind, bytes(ANSWER_SIZE))
        with pytest.raises(Unavailable):
            line.receive()


def test_a_relay_whose_reader_is_gone_shows_the_robot_out(site):
    with Relay(site.sockets / "absent", site.sockets / "rogue") as relay, pytest.raises(NameplateError):
        site.robot.present(site.sockets / "rogue", THERE, 5)
    assert relay.recorded == []


def test_a_rogue_reader_leaves_no_thread_behind(site):
    before = threading.active_count()
    with Relay(site.reader, site.sockets / "rogue"):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
