"""What is refused before anything was changed, and what a crash or a full disk leaves. The way it goes: `journeys`."""

import asyncio
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from nameplate.boot.point_keys import PointKeys, public
from nameplate.domain.errors import Conflict, NotFound, Refused, Unavailable
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.places import Door
from nameplate.domain.points import Caller, Channel, Point
from nameplate.flows.rotate import ReaderKeys, Rotator
from nameplate.keys.file import FileKeyStore
from nameplate.ports.journal import JournalUnavailable
from tests.flows.heart import PATIENCE_S, WORLD, beating

BY, WHY = "uid:0", "Every year"
READER = "transport/d1"


class Reached:
    """Points as far as a rotation sees them: they do as they are told, or fail as the test wants."""

    def __init__(self):
        self.fault, self.changed, self.given, self.leaving = None, True, [], []

    @contextmanager
    def rekeying(self, point):
        self.leaving.append(point)
        yield

    async def sign_with(self, point, seed):
        self.given.append((point, seed))
        return self.changed

    async def rekey(self, point, door, key):
        if self.fault is not None:
            raise self.fault
        self.given.append((point, door, key))
        return self.changed


class Scene:
    """A rotator over a real key store, a real journal and a real ledger."""

    def __init__(self, heart, keys):
        self.heart, self.keys, self.points = heart, keys, Reached()
        registry = heart.registry
        self.point_keys = PointKeys(keys, registry)
        registry.doors["d1"] = Door("d1", "default", ("a", "b"))
        registry.doors["d2"] = Door("d2", "default", ("a", "b"))
        registry.points["p1"] = Point("p1", "osdp", "default", (Channel("d1", "pty:/x"),))
        registry.points["p2"] = Point("p2", "door-api", "default", (Channel("d2", "https://x"),))
        registry.callers["p1"] = Caller("p1", public_key=public(self.point_keys.seed("p1")))
        registry.callers["asks"] = Caller("asks", token_hash="00")
        self.transport = keys.secret(READER, 16)
        self.readers = ReaderKeys(keys, registry, heart.ledger)
        self.rotator = Rotator(
            keys,
            self.readers,
            self.point_keys,
            heart.journal,
            registry,
            heart.ledger,
            self.points,
            lambda: 1_795_000_000_000_000,
        )

    def changes(self):
        return [(each["change"], each.get("why", "")) for each in self.heart.records("transport_key")]


@pytest.fixture(name="scene")
def scene_fixture(tmp_path):
    def run(scenario):
        async def main():
            async with beating(tmp_path / "heart", *WORLD) as heart:
                with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as keys:
                    await scenario(Scene(heart, keys))

        (tmp_path / "heart").mkdir()
        asyncio.run(main())

    return run


def test_the_new_key_of_a_point_is_on_record_before_the_point_is_given_it(scene):
    async def scenario(it):
        former = it.heart.registry.callers["p1"].public_key
        done = await it.rotator.point("p1", BY, WHY)
        assert (done.former, done.in_use) == (former, True)
        assert it.heart.registry.callers["p1"].public_key == done.key == public(it.points.given[0][1])
        assert it.point_keys.seed("p1") == it.points.given[0][1]
        assert (it.points.leaving, it.keys.awaited()) == (["p1"], set())
        it.points.changed = False
        assert (await it.rotator.point("p1", BY, WHY)).in_use is False

    scene(scenario)


def test_nobody_is_given_a_key_that_cannot_be_recorded(scene):
    async def scenario(it):
        former, seed = it.heart.registry.callers["p1"], it.point_keys.seed("p1")
        await it.heart.journal.close()
        for attempt in (it.rotator.point("p1", BY, WHY), it.rotator.transport("d1", BY, WHY)):
            with pytest.raises(JournalUnavailable):
                await attempt
        assert it.points.given == []
        assert (it.heart.registry.callers["p1"], it.point_keys.seed("p1")) == (former, seed)
        assert it.keys.secret(READER, 16) == it.transport
        assert READER not in it.keys.awaited()

    scene(scenario)


def test_a_key_store_that_cannot_be_written_changes_nothing(scene):
    async def scenario(it):
        it.keys.close()
        for attempt in (it.rotator.point("p1", BY, WHY), it.rotator.transport("d1", BY, WHY)):
            with pytest.raises(Unavailable):
                await attempt
        assert it.points.given == []
        assert it.changes() == []

    scene(scenario)


def test_a_reader_that_was_sent_nothing_keeps_its_key_on_record(scene):
    async def scenario(it):
        it.points.fault = Refused("reader_offline", "It cannot be reached.")
        with pytest.raises(Refused, match="reached"):
            await it.rotator.transport("d1", BY, WHY)
        await it.heart.ledger.commit({"kind": "started", "node": "n"})
        assert it.changes() == [("ordered", ""), ("refused", "reader_offline")]
        assert (it.keys.secret(READER, 16), it.keys.awaited()) == (it.transport, set())

    scene(scenario)


def test_while_nobody_knows_both_keys_are_kept_and_no_third_is_made(scene):
    async def scenario(it):
        it.points.fault = Unavailable("timeout", "No answer.")
        with pytest.raises(Unavailable):
            await it.rotator.transport("d1", BY, WHY)
        waiting = it.keys.next_secret(READER)
        assert (it.keys.secret(READER, 16), it.keys.awaited()) == (it.transport, {READER})
        with pytest.raises(Conflict, match="seen"):
            await it.rotator.transport("d1", BY, WHY)
        # The report of the point ends it, however often it comes.
        readers = ReaderKeys(it.keys, it.heart.registry, it.heart.ledger)
        await asyncio.gather(readers.settle("d1", changed=True), readers.settle("d1", changed=True))
        assert (it.keys.secret(READER, 16), it.keys.awaited()) == (waiting, set())
        await it.heart.ledger.commit({"kind": "started", "node": "n"})
        assert [change for change, _ in it.changes()] == ["ordered", "changed"]

    scene(scenario)


def test_a_reader_that_kept_its_key_is_a_failure_with_the_old_one_in_force(scene):
    async def scenario(it):
        it.points.changed = False
        with pytest.raises(Conflict, match="kept"):
            await it.rotator.transport("d1", BY, WHY)
        assert (it.keys.secret(READER, 16), it.keys.awaited()) == (it.transport, set())

    scene(scenario)


def test_reports_of_other_things_settle_nothing(scene):
    async def scenario(it):
        it.keys.next_secret(READER)
        readers = ReaderKeys(it.keys, it.heart.registry, it.heart.ledger)
        ack = Outcome(Happening.TRANSPORT_KEY_ACKNOWLEDGED, 1, "d1")
        readers.heard(ack)
        await asyncio.sleep(0)
        assert it.keys.awaited() == {READER}
        readers.heard(replace(ack, happening=Happening.TRANSPORT_KEY_KEPT))
        async with asyncio.timeout(PATIENCE_S):
            while not it.changes():
                await it.heart.ledger.commit({"kind": "started", "node": "n"})
        assert it.keys.awaited() == set()

    scene(scenario)


@pytest.mark.parametrize(
    ("what", "name", "error"),
    [
        ("point", "p9", NotFound),
        ("point", "asks", Conflict),
        ("point", "p2", Conflict),
        ("transport", "d9", NotFound),
        ("transport", "d2", Conflict),
    ],
)
def test_what_has_no_such_key_is_refused(scene, what, name, error):
    async def scenario(it):
        with pytest.raises(error):
            await getattr(it.rotator, what)(name, BY, WHY)
        assert (it.points.given, it.changes(), it.keys.awaited()) == ([], [], set())

    scene(scenario)


def test_one_at_a_time_and_never_without_a_reason(scene):
    async def scenario(it):
        first = asyncio.ensure_future(it.rotator.point("p1", BY, WHY))
        await asyncio.sleep(0)
        with pytest.raises(Conflict, match="Another"):
            await it.rotator.transport("d1", BY, WHY)
        await first
        for attempt in (it.rotator.node(BY, " "), it.rotator.point("p1", BY, ""), it.rotator.transport("d1", BY, "")):
            with pytest.raises(Refused):
                await attempt

    scene(scenario)
