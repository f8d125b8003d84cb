"""A point process against a real deciding process, and against one that misbehaves."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from structlog.testing import capture_logs

from nameplate.boot import bus, clocks
from nameplate.domain.actors import State
from nameplate.domain.errors import Invalid, NameplateError, NotFound, Unavailable
from nameplate.domain.links import Hello, Install, Welcome
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.points import Point
from nameplate.domain.stops import Receipt, Stop, receipt_text
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.entry.point import run
from nameplate.entry.point.run import PointProcess, Start, read_start
from tests.entry.serve.servers import PATIENCE_S, until

TOKEN = "a-token-of-the-tests"
SEED = bytes(range(32))
STOP = Stop("stop-1", ("amr-17",), State.QUARANTINED, 1, "A test.")


class Watch:
    """An enforcement point that guards nothing and remembers what it was told, and when."""

    def __init__(self):
        self.stops, self.installs, self.applied_at = [], [], []
        self.rekeyed, self.expected = [], []
        self.welcome: Any = None
        self.decisions: Any = None
        self.built, self.fault, self.last = 0, None, None
        self.began = asyncio.Event()

    def build(self, welcome, decisions):
        self.built += 1
        self.welcome, self.decisions = welcome, decisions
        return self

    async def run(self, stop):
        self.began.set()
        await stop.wait()
        if self.last is not None:
            self.decisions.report(self.last)

    def apply_stop(self, stop):
        if self.fault is not None:
            raise self.fault
        self.applied_at.append(clocks.wall())
        self.stops.append(stop)

    def begin_install(self, door, seconds):
        if self.fault is not None:
            raise self.fault
        self.installs.append((door, seconds))

    async def rekey(self, door, key):
        if self.fault is not None:
            raise self.fault
        self.rekeyed.append((door, key))
        return True

    def expect_keys(self, keys):
        self.expected.append(dict(keys))


@asynccontextmanager
async def running(socket, name, token=TOKEN):
    """A point process that calls at `socket`, ended in order."""
    guard, stop = Watch(), asyncio.Event()
    process = PointProcess(Start(name, "modbus", token, str(socket), 0), guard.build, clocks.wall)
    task = asyncio.create_task(process.run(lambda calls, greet: bus.stay_connected(socket, calls, greet), stop))
    try:
        yield guard
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE_S):
            await task


def guarding(core, name, scenario):
    """Run `scenario(guard)` while `name` guards a door for the real deciding process."""
    core.declare(name, "modbus")
    core.admit(name, TOKEN)

    async def main():
        async with running(core.socket, name) as guard:
            async with asyncio.timeout(PATIENCE_S):
                await guard.began.wait()
            return await scenario(guard)

    return asyncio.run(main())


@asynccontextmanager
async def deciding(**handlers):
    """The path of a deciding process of the tests."""
    with TemporaryDirectory(prefix="np-") as folder:
        listener = await bus.listen(Path(folder) / "bus", handlers, 0o600)
        try:
            yield Path(folder) / "bus"
        finally:
            await listener.stop()


def welcome():
    return Welcome(Point("p1", "modbus", "default"), (), {}, SEED)


def test_with_its_token_it_learns_what_to_guard(core):
    async def scenario(guard):
        assert guard.decisions.online
        await asyncio.to_thread(until, lambda: core.point("run-hello")["key"], "its key is registered")
        assert await asyncio.to_thread(core.point, "run-hello") == {
            "id": "run-hello",
            "type": "modbus",
            "doors": ["run-hello-door"],
            "connected": True,
            "key": public_key(guard.welcome.signing_key),
            "simulate": False,
        }
        assert len(await guard.decisions.challenge("run-hello-door", "r1")) == 58
        return guard.welcome

    told = guarding(core, "run-hello", scenario)
    assert (told.spec.id, [door.id for door in told.doors]) == ("run-hello", ["run-hello-door"])
    until(lambda: not core.point("run-hello")["connected"], "it is gone")


def public_key(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def test_with_another_token_it_guards_nothing_and_goes_on_asking_until_it_is_admitted(core):
    core.declare("run-late", "modbus")
    core.admit("run-late", "another token")

    async def main():
        async with running(core.socket, "run-late") as guard, asyncio.timeout(PATIENCE_S):
            await asyncio.to_thread(until, lambda: len(logs) >= 3, "it was refused again and again")
            assert guard.built == 0
            await asyncio.to_thread(core.admit, "run-late", TOKEN)
            await guard.began.wait()

    with capture_logs() as logs:
        asyncio.run(main())
    assert {each["event"] for each in logs} == {"refused; trying again"}
    assert TOKEN not in str(logs)


def test_a_stop_is_applied_and_its_receipt_verifies_with_the_registered_key(core):
    async def scenario(guard):
        told = await asyncio.to_thread(core.stop, "run-robot")
        await asyncio.to_thread(until, lambda: core.point("run-stop")["key"], "its key is listed")
        return told, guard.stops, await asyncio.to_thread(core.point, "run-stop")

    told, stops, listed = guarding(core, "run-stop", scenario)
    assert [(each.actors, each.state) for each in stops] == [(("run-robot",), State.QUARANTINED)]
    shown = next(each for each in told["receipts"] if each["point"] == "run-stop")
    assert "run-stop" not in told["missing"]
    assert shown["key"] == listed["key"]
    record = core.recorded(kind="receipt", stop=stops[0].id, point="run-stop")[0]
    received, applied = parse_rfc3339(record["received_at"]), parse_rfc3339(record["applied_at"])
    assert received
    assert applied
    receipt = Receipt(stops[0].id, "run-stop", received, applied)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(listed["key"]))
    key.verify(bytes.fromhex(shown["signature"]), receipt_text(receipt))
    for forged in (
        Receipt("stop-x", "run-stop", received, applied),
        Receipt(stops[0].id, "another", received, applied),
        Receipt(stops[0].id, "run-stop", received, applied - 1),
        Receipt(stops[0].id, "run-stop", received + 1, applied),
    ):
        with pytest.raises(InvalidSignature):
            key.verify(bytes.fromhex(shown["signature"]), receipt_text(forged))


def test_what_could_not_be_applied_gets_no_receipt(core):
    async def scenario(guard):
        guard.fault = RuntimeError("stuck")
        told = await asyncio.to_thread(core.stop, "run-stuck-robot")
        guard.fault = None
        return told, await asyncio.to_thread(core.stop, "run-free-robot")

    with capture_logs():
        stuck, free = guarding(core, "run-stuck", scenario)
    assert "run-stuck" in stuck["missing"]
    assert "run-stuck" not in {each["point"] for each in stuck["receipts"]}
    assert "run-stuck" in {each["point"] for each in free["receipts"]}


def test_the_stop_is_applied_before_the_receipt_is_made():
    async def main():
        answered = asyncio.get_running_loop().create_future()

        async def hello(peer, _body):
            tasks.append(asyncio.create_task(ask(peer)))
            return welcome()

        async def ask(peer):
            answered.set_result(await peer.call("stop", STOP, Receipt))

        tasks = []
        async with deciding(hello=hello) as path, running(path, "p1") as guard, asyncio.timeout(PATIENCE_S):
            receipt = await answered
            assert guard.stops == [STOP]
            assert receipt.received_at <= guard.applied_at[0] <= receipt.applied_at
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(receipt.key))
            key.verify(bytes.fromhex(receipt.signature), receipt_text(receipt))
            assert receipt.key == public_key(SEED)

    asyncio.run(main())


def test_a_stop_that_overtakes_the_greeting_is_applied_once_there_is_something_to_guard():
    async def main():
        asked, answered = asyncio.Event(), []

        async def hello(peer, body):
            assert msgspec.msgpack.decode(body, type=Hello) == Hello("p1", TOKEN)
            answered.append(asyncio.create_task(peer.call("stop", STOP, Receipt)))
            await asyncio.sleep(0)  # the stop goes out first
            asked.set()
            return welcome()

        async with deciding(hello=hello) as path, running(path, "p1") as guard, asyncio.timeout(PATIENCE_S):
            await asked.wait()
            assert (await answered[0]).stop == STOP.id
            assert guard.stops == [STOP]

    asyncio.run(main())


def test_without_anything_to_guard_there_is_no_receipt(monkeypatch):
    monkeypatch.setattr(run, "READY_S", 0.05)

    async def main():
        refused = asyncio.get_running_loop().create_future()

        async def hello(peer, _body):
            for verb, body in (("stop", STOP), ("install", Install("d1", 5.0))):
                with pytest.raises(Unavailable) as error:
                    await peer.call(verb, body, Receipt)
                assert error.value.code == "not_ready"
            refused.set_result(None)
            await asyncio.Event().wait()

        async with deciding(hello=hello) as path, running(path, "p1") as guard, asyncio.timeout(PATIENCE_S):
            await refused
            assert (guard.built, guard.stops) == (0, [])

    asyncio.run(main())


@pytest.mark.parametrize("body", [None, 7, "stop", [], {"id": 7}, {"id": "s", "actors": "amr-17"}])
@pytest.mark.parametrize("verb", ["stop", "install"])
def test_rubbish_is_answered_with_an_error_and_the_guard_goes_on(verb, body):
    async def main():
        answered = asyncio.get_running_loop().create_future()

        async def hello(peer, _body):
            tasks.append(asyncio.create_task(ask(peer)))
            return welcome()

        async def ask(peer):
            with pytest.raises(Invalid):
                await peer.call(verb, body, Receipt)
            answered.set_result(await peer.call("stop", STOP, Receipt))

        tasks = []
        async with deciding(hello=hello) as path, running(path, "p1") as guard, asyncio.timeout(PATIENCE_S):
            assert (await answered).stop == STOP.id
            assert (guard.stops, guard.installs) == ([STOP], [])

    asyncio.run(main())


def test_an_install_is_passed_on_and_its_refusal_comes_back(core):
    def install(door, seconds):
        core.server.client.post("/v1/points/run-install/install", {"door": door, "seconds": seconds})

    async def scenario(guard):
        await asyncio.to_thread(install, "run-install-door", 30)
        guard.fault = NotFound("unknown_door", "This point does not serve that door.")
        with pytest.raises(NameplateError, match="does not serve"):
            await asyncio.to_thread(install, "run-install-door", 31)
        return guard.installs

    assert guarding(core, "run-install", scenario) == [("run-install-door", 30.0)]


def test_after_a_kill_of_the_deciding_process_it_comes_back_with_all_that_it_saw(core):
    name = "run-restart"

    async def scenario(guard):
        await asyncio.to_thread(core.kill)
        await asyncio.to_thread(until, lambda: not guard.decisions.online, "that is noticed")
        with pytest.raises(Unavailable):
            await guard.decisions.challenge(f"{name}-door", "r1")
        for number in range(3):
            guard.decisions.report(Outcome(Happening.DOOR_FORCED, number, f"{name}-door"))
        core.revive()
        await asyncio.to_thread(core.decides)
        # It knows no token any more: nobody gets in before the supervisor has spoken.
        assert not guard.decisions.online
        await asyncio.to_thread(core.admit, name, TOKEN)
        await asyncio.to_thread(until, lambda: len(core.recorded(point=name, kind="outcome")) >= 3, "they arrive")
        told = await asyncio.to_thread(core.stop, "run-restart-robot")
        assert guard.built == 1
        return told

    with capture_logs():
        told = guarding(core, name, scenario)
    assert name in {each["point"] for each in told["receipts"]}
    seen = [record["point_at"] for record in core.recorded(point=name, happening="door_forced")]
    assert seen == [f"1970-01-01T00:00:00.00000{number}Z" for number in range(3)]


def test_the_last_words_of_a_guard_are_on_record(core):
    async def scenario(guard):
        guard.last = Outcome(Happening.DOOR_CLOSED, 7, "run-last-door")

    guarding(core, "run-last", scenario)
    until(lambda: core.recorded(point="run-last", happening="door_closed"), "it is on record")


def test_it_ends_when_told_to_even_if_nobody_ever_welcomed_it(tmp_path):
    async def main():
        async with running(tmp_path / "nobody", "p1") as guard:
            await asyncio.sleep(0)
        assert guard.built == 0

    asyncio.run(main())


def test_a_guard_that_breaks_ends_the_process_for_the_supervisor_to_see():
    class Broken(Watch):
        async def run(self, _stop):
            raise OSError("the line is on fire")

    async def main():
        async def hello(_peer, _body):
            return welcome()

        async with deciding(hello=hello) as path, asyncio.timeout(PATIENCE_S):
            process = PointProcess(Start("p1", "modbus", TOKEN, str(path), 0), Broken().build, clocks.wall)
            await process.run(lambda calls, greet: bus.stay_connected(path, calls, greet), asyncio.Event())

    with pytest.raises(ExceptionGroup) as error:
        asyncio.run(main())
    assert error.group_contains(OSError, match="on fire")


def test_the_token_is_not_shown_by_accident():
    assert TOKEN not in repr(Start("p1", "osdp", TOKEN, "s", 0))


def test_what_the_supervisor_says_is_read_back():
    start = Start("p1", "osdp", TOKEN, "points.sock", 3)
    assert read_start(msgspec.json.encode(start)) == start


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b'"' + TOKEN.encode(),
        b'{"point":"p1","type":"osdp","token":"' + TOKEN.encode() + b'","socket":"s","number":"3"}',
        b'{"point":"p1","type":"osdp","token":["' + TOKEN.encode() + b'"],"socket":"s","number":3}',
    ],
)
def test_anything_else_is_not_understood_and_not_repeated(text):
    with pytest.raises(msgspec.DecodeError) as error:
        read_start(text)
    assert TOKEN not in str(error.value)
