"""What a thief tries, with real code over the real air interface: copy a robot, relay a proof, replay one."""

import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from nameplate.domain.errors import Invalid, NameplateError
from nameplate.domain.presence import Place, place_id, read_challenge
from nameplate.entry.robot import Outcome, Robot
from nameplate.entry.robot.air import ANSWER, CHALLENGE, PRESENT, RESULT, Line, give_answer, request_challenge

_SECONDS = 10.0

Challenger = Callable[[], bytes]
Judge = Callable[[bytes], Outcome]


def clone(robot: Path, copy: Path) -> Robot:
    """Copy a robot's state folder onto another machine."""
    shutil.copytree(robot, copy)
    return Robot.load(copy)


def replay(reader: Path, answer: bytes, seconds: float = _SECONDS) -> Outcome:
    """Give a recorded answer to a reader that has just sent a new challenge."""
    with Line.to_reader(reader, seconds) as line:
        request_challenge(line)
        return give_answer(line, answer)


class RogueReader:
    """A reader of the attacker's own: speaks the air interface to one robot after the other.

    `challenge` supplies what each robot is sent, `judge` what it is shown for its answer.
    """

    def __init__(self, path: Path, challenge: Challenger, judge: Judge) -> None:
        self._challenge, self._judge = challenge, judge
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, name="rogue-reader")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # Shutting a listening socket down wakes `accept`; closing it alone does not.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self._meet(Line(connection, time.monotonic() + _SECONDS))

    def _meet(self, line: Line) -> None:
        try:
            _expect(line, PRESENT)
            line.send(CHALLENGE, self._challenge())
            shown = self._judge(_expect(line, ANSWER))
            line.send(RESULT, bytes([shown.permit]) + shown.reason.encode())
        except NameplateError:
            # The robot went away or would not answer: the next one comes.
            return


class Relay:
    """Two ends of a tunnel: what `reader` asks is asked of whichever robot presents itself at the socket `rogue`.

    `pretend`: the place that is written into the challenge, so that the robot takes it for that of its own reader.
    `recorded` holds every answer that passed; `outcomes` what the real reader showed for it.
    """

    def __init__(self, reader: Path, rogue: Path, pretend: Place | None = None, seconds: float = _SECONDS) -> None:
        self._reader, self._pretend, self._seconds = reader, pretend, seconds
        self._rogue = RogueReader(rogue, self._fetch, self._deliver)
        self._line: Line | None = None
        self.recorded: list[bytes] = []
        self.outcomes: list[Outcome] = []

    def __enter__(self) -> Self:
        self._rogue.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._rogue.__exit__(kind, error, at)
        self._hang_up()

    def _fetch(self) -> bytes:
        self._hang_up()
        self._line = Line.to_reader(self._reader, self._seconds)
        data = request_challenge(self._line)
        if self._pretend is None:
            return data
        return read_challenge(data)._replace(place=place_id(self._pretend)).encode()

    def _deliver(self, answer: bytes) -> Outcome:
        if self._line is None:
            raise Invalid("order", "An answer came before its challenge.")
        self.recorded.append(answer)
        self.outcomes.append(give_answer(self._line, answer))
        self._hang_up()
        return self.outcomes[-1]

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _expect(line: Line, kind: int) -> bytes:
    payload = line.receive()
    if payload[0] != kind:
        raise Invalid("malformed", "The robot sent something else.")
    return payload[1:]
