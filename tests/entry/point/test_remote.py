"""The decision point at the far end of a real socket, while that end comes, goes, refuses and forgets."""

import asyncio
import random
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from structlog.testing import capture_logs

from nameplate.boot import bus
from nameplate.domain.errors import Invalid, NameplateError, NotFound, Refused, Unavailable
from nameplate.domain.links import AtReader
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.entry.point import remote
from nameplate.entry.point.remote import MAX_KEPT, RemoteDecisionPoint

PATIENCE_S = 20.0
NOW = 1_700_000_000_000_000
PERMIT = Decision(Verdict(True, Reason.GRANTED, ("granted",)), "d-1", 1, 2, "amr-17", {"pass_s": 25.0})


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch):
    monkeypatch.setattr(remote, "RETRY_S", 0.01)


class Deciding:
    """The deciding side: keeps what is reported, and refuses what `reject` refuses."""

    def __init__(self, path):
        self.path, self.reports, self.batches, self.asked = path, [], [], []
        self.reject = lambda _outcomes: None
        self.decide = self._permit
        self.arrived = asyncio.Event()
        self._listener = None

    async def start(self):
        handlers = {"report": self._report, "challenge": self._challenge, "present": self._present, "ping": self._ping}
        self._listener = await bus.listen(self.path, handlers, 0o600)

    async def end(self):
        if self._listener is not None:
            await self._listener.stop()
            self._listener = None

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.arrived.clear()
                await self.arrived.wait()

    @property
    def numbers(self):
        return [each.at for each in self.reports if each.happening is not Happening.REPORTS_LOST]

    @property
    def lost(self):
        return sum(int(each.detail["lost"]) for each in self.reports if each.happening is Happening.REPORTS_LOST)

    async def _report(self, _peer, body):
        outcomes = msgspec.msgpack.decode(body, type=list[Outcome])
        self.arrived.set()
        if error := self.reject(outcomes):
            raise error
        self.batches.append(len(outcomes))
        self.reports += outcomes

    async def _ping(self, _peer, _body):
        pass

    async def _challenge(self, _peer, body):
        self.asked.append(msgspec.msgpack.decode(body, type=AtReader))
        return bytes(58)

    async def _present(self, _peer, body):
        self.asked.append(msgspec.msgpack.decode(body, type=AtReader))
        return await self.decide()

    @staticmethod
    async def _permit():
        return PERMIT


@asynccontextmanager
async def parts():
    """A deciding side that runs, and a decision point that delivers but is not yet connected."""
    with TemporaryDirectory(prefix="np-") as folder:
        deciding, point = Deciding(Path(folder) / "bus"), RemoteDecisionPoint(lambda: NOW)
        await deciding.start()
        delivering = asyncio.create_task(point.deliver())
        try:
            yield deciding, point
            assert not delivering.done()
        finally:
            delivering.cancel()
            with suppress(asyncio.CancelledError):
                await delivering
            await deciding.end()


async def join(point, deciding):
    peer = await bus.dial(deciding.path)
    await peer.call("ping", None, type(None))
    point.connected(peer)
    return peer


def opened(number):
    return Outcome(Happening.DOOR_OPENED, number, "d1")


def test_nobody_is_asked_before_there_is_a_connection():
    async def main():
        async with parts() as (_, point):
            assert not point.online
            for ask in (point.challenge("d1", "r1"), point.present("d1", "r1", b"answer")):
                with pytest.raises(Unavailable) as error:
                    await ask
                assert error.value.code == "decide_gone"

    asyncio.run(main())


def test_questions_travel_as_they_are_and_answers_come_back():
    async def main():
        async with parts() as (deciding, point):
            await join(point, deciding)
            assert point.online
            assert await point.challenge("d1", "r1") == bytes(58)
            assert await point.present("d1", "r2", b"\x00\xff") == PERMIT
            assert deciding.asked == [AtReader("d1", "r1"), AtReader("d1", "r2", b"\x00\xff")]

    asyncio.run(main())


def test_when_the_deciding_process_goes_every_question_is_unavailable_until_it_is_back():
    async def main():
        async with parts() as (deciding, point):
            peer = await join(point, deciding)
            await deciding.end()
            async with asyncio.timeout(PATIENCE_S):
                await peer.closed.wait()
            assert not point.online
            with pytest.raises(Unavailable):
                await point.challenge("d1", "r1")
            await deciding.start()
            with pytest.raises(Unavailable):
                await point.present("d1", "r1", b"")
            await join(point, deciding)
            assert await point.challenge("d1", "r1") == bytes(58)

    asyncio.run(main())


def test_a_deciding_process_that_dies_over_a_question_or_never_answers_gives_no_permit(monkeypatch):
    async def main():
        async with parts() as (deciding, point):
            begun = asyncio.Event()

            async def never():
                begun.set()
                await asyncio.Event().wait()

            deciding.decide = never
            await join(point, deciding)
            asking = asyncio.create_task(point.present("d1", "r1", b""))
            await begun.wait()
            await deciding.end()
            with pytest.raises(Unavailable):
                await asking
            await deciding.start()
            await join(point, deciding)
            monkeypatch.setattr(remote, "ASK_TIMEOUT_S", 0.05)
            with pytest.raises(Unavailable, match="No answer to present"):
                await point.present("d1", "r1", b"")

    asyncio.run(main())


@pytest.mark.parametrize("rubbish", [None, 7, {"verdict": True}, [True]])
def test_an_answer_that_is_no_decision_is_no_permit(rubbish):
    async def main():
        async with parts() as (deciding, point):

            async def absurd():
                return rubbish

            deciding.decide = absurd
            await join(point, deciding)
            with pytest.raises(Invalid):
                await point.present("d1", "r1", b"")

    asyncio.run(main())


def test_what_is_reported_without_connection_is_kept_and_delivered_in_order():
    async def main():
        async with parts() as (deciding, point):
            for number in range(450):
                point.report(opened(number))
            await asyncio.sleep(0)
            assert deciding.reports == []
            await join(point, deciding)
            await deciding.until(lambda: len(deciding.reports) == 450)
            assert deciding.numbers == list(range(450))
            assert max(deciding.batches) <= remote.BATCH
            assert deciding.lost == 0

    asyncio.run(main())


def test_through_many_interruptions_nothing_is_lost_and_the_order_stands():
    moments = random.Random(7)

    async def main():
        async with parts() as (deciding, point):
            for start in range(0, 1_000, 50):
                await join(point, deciding)
                for number in range(start, start + 50):
                    point.report(opened(number))
                    if moments.random() < 0.1:
                        await asyncio.sleep(0)
                await deciding.end()
                await deciding.start()
            await join(point, deciding)
            await deciding.until(lambda: 999 in deciding.numbers)
            # A batch whose receipt was cut off comes again: at least once, and never out of order.
            assert list(dict.fromkeys(deciding.numbers)) == list(range(1_000))
            assert deciding.lost == 0

    asyncio.run(main())


def test_a_deciding_process_that_cannot_record_now_gets_it_again():
    async def main():
        async with parts() as (deciding, point):
            deciding.reject = lambda _outcomes: Unavailable("journal", "The disk is full.")
            await join(point, deciding)
            for number in range(3):
                point.report(opened(number))
            for _ in range(3):
                deciding.arrived.clear()
                await deciding.arrived.wait()
            assert deciding.reports == []
            deciding.reject = lambda _outcomes: None
            await deciding.until(lambda: len(deciding.reports) == 3)
            assert (deciding.numbers, deciding.lost) == ([0, 1, 2], 0)

    asyncio.run(main())


def test_too_many_reports_push_the_oldest_out_and_the_loss_is_told_first():
    async def main():
        async with parts() as (deciding, point):
            for number in range(MAX_KEPT + 25):
                point.report(opened(number))
            await join(point, deciding)
            await deciding.until(lambda: len(deciding.reports) == MAX_KEPT + 1)
            assert deciding.reports[0] == Outcome(Happening.REPORTS_LOST, NOW, detail={"lost": 25})
            assert deciding.numbers == list(range(25, MAX_KEPT + 25))
            point.report(opened(-1))
            await deciding.until(lambda: deciding.numbers[-1] == -1)
            assert deciding.lost == 25

    asyncio.run(main())


def test_exactly_as_many_as_can_be_kept_lose_nothing(monkeypatch):
    monkeypatch.setattr(remote, "MAX_KEPT", 5)

    async def main():
        async with parts() as (deciding, point):
            for number in range(5):
                point.report(opened(number))
            await join(point, deciding)
            await deciding.until(lambda: len(deciding.reports) == 5)
            assert (deciding.numbers, deciding.lost) == ([0, 1, 2, 3, 4], 0)

    asyncio.run(main())


def test_what_overflows_while_a_batch_is_under_way_is_accounted_for(monkeypatch):
    monkeypatch.setattr(remote, "MAX_KEPT", 5)
    monkeypatch.setattr(remote, "BATCH", 3)

    async def main():
        async with parts() as (deciding, point):
            more = iter(range(5, 12))

            def also(_outcomes):
                for number in more:
                    point.report(opened(number))

            deciding.reject = also
            for number in range(5):
                point.report(opened(number))
            await join(point, deciding)
            await deciding.until(lambda: deciding.lost + len(deciding.numbers) == 12)
            assert deciding.lost == 7
            assert deciding.numbers == sorted(set(deciding.numbers))

    asyncio.run(main())


@pytest.mark.parametrize("error", [Invalid("outcome", "Too long."), Refused("not_your_door", "Not yours.")])
@pytest.mark.parametrize("wrong", [{0}, {6}, {13}, {2, 3, 9}])
def test_one_report_that_is_refused_for_ever_does_not_hold_up_the_others(error, wrong):
    async def main():
        async with parts() as (deciding, point):
            deciding.reject = lambda outcomes: error if wrong & {each.at for each in outcomes} else None
            await join(point, deciding)
            for number in range(14):
                point.report(opened(number))
            await deciding.until(lambda: len(deciding.numbers) + deciding.lost == 14)
            assert deciding.numbers == [number for number in range(14) if number not in wrong]
            assert deciding.lost == len(wrong)

    with capture_logs() as logs:
        asyncio.run(main())
    assert [each["event"] for each in logs] == ["a report is not accepted"] * len(wrong)


@pytest.mark.parametrize("error", [NotFound("verb", "?"), NameplateError("internal", "A fault of its own.")])
def test_a_fault_of_the_deciding_process_costs_no_report(error):
    async def main():
        async with parts() as (deciding, point):
            refusals = iter([error, error, error])
            deciding.reject = lambda _outcomes: next(refusals, None)
            await join(point, deciding)
            point.report(opened(1))
            await deciding.until(lambda: deciding.numbers == [1])
            assert deciding.lost == 0

    asyncio.run(main())


def test_the_last_words_are_waited_for():
    async def main():
        async with parts() as (deciding, point):
            await point.settle()
            await join(point, deciding)
            for number in range(300):
                point.report(opened(number))
            await point.settle()
            assert len(deciding.reports) == 300

    asyncio.run(main())


def test_last_words_to_nobody_are_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(remote, "LAST_WORDS_S", 0.05)

    async def main():
        async with parts() as (deciding, point):
            point.report(opened(1))
            async with asyncio.timeout(PATIENCE_S):
                await point.settle()
            assert deciding.reports == []

    asyncio.run(main())
