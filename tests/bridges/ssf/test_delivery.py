import asyncio
from contextlib import asynccontextmanager

from nameplate.bridges.ssf.delivery import Delivery
from nameplate.bridges.ssf.signing import Signer
from nameplate.bridges.ssf.streams import StreamFile, StreamSpec, seal_key
from nameplate.bridges.ssf.web import Web
from nameplate.journals.segments import SegmentReader
from tests.bridges.ssf.test_signing import ISSUER, PEM
from tests.bridges.ssf.upstream import serving
from tests.flows.heart import WORLD, beating

PATIENCE_S = 15


class Far:
    """Whoever is pushed to: answers as it is told, and keeps what it was given."""

    def __init__(self, upstream):
        self.got, self.answers = [], []
        upstream.answer = self.answer
        self.place = f"{upstream.issuer}/in"

    def answer(self, _method, path, _body):
        self.got.append(path)
        return self.answers.pop(0) if self.answers else (202, None)


@asynccontextmanager
async def delivering(heart, folder, by="siem", **spec):
    file = StreamFile(folder / "signals.db", seal_key(b"k"))
    stream = StreamSpec("s1", by, **spec)
    file.put(stream, 1)
    web = Web(private=("127.0.0.0/8",))
    delivery = Delivery(stream, "n1", SegmentReader(heart.folder), file, Signer(ISSUER, PEM), web)
    task = asyncio.create_task(delivery.run())
    try:
        yield delivery, file
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        file.close()


async def until(condition):
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the other side is a thread
            await asyncio.sleep(0.01)


def scene(tmp_path, play, **spec):
    (tmp_path / "journal").mkdir(exist_ok=True)

    async def main():
        with serving() as upstream:
            far = Far(upstream)
            if spec.pop("pushed", True):
                spec["endpoint"] = far.place
            async with (
                beating(tmp_path / "journal", *WORLD) as heart,
                delivering(heart, tmp_path, **spec) as (delivery, file),
            ):
                await play(heart, delivery, file, far)

    asyncio.run(main())


def test_a_stop_is_pushed_again_until_it_is_taken(tmp_path):
    async def play(heart, delivery, file, far):
        far.answers = [(500, None), (400, {"err": "access_denied"}), (202, None)]
        await heart.order("suspend", "amr-1")
        await until(lambda: delivery.told == 2 and not file.count("s1"))
        assert (len(far.got), file.count("s1"), delivery.trouble) == (4, 0, "")

    scene(tmp_path, play)


def test_what_they_refuse_for_good_is_dropped_and_counted(tmp_path):
    async def play(heart, delivery, file, far):
        far.answers = [(400, {"err": "invalid_request", "description": "no"})]
        await heart.order("suspend", "amr-1")
        await until(lambda: (delivery.told, delivery.dropped, file.count("s1")) == (1, 1, 0))

    scene(tmp_path, play)


def test_a_redirect_and_trouble_are_told_and_nothing_is_lost(tmp_path):
    async def play(heart, delivery, file, far):
        far.answers = [(302, None)] * 99
        await heart.order("suspend", "amr-1")
        await until(lambda: "302" in delivery.trouble)
        assert file.count("s1") == 2

    scene(tmp_path, play)


def test_a_bridge_is_not_told_what_it_has_ordered_and_one_that_is_gone_nothing(tmp_path):
    async def play(heart, delivery, file, far):
        await heart.lifecycle.order("suspend", ("amr-1",), "bridge:siem", "iam says so")
        await until(lambda: file.next_seq("s1") > heart.registry.seq)
        assert file.count("s1") == 0
        delivery.declared = lambda: False
        await heart.order("quarantine", "amr-1")
        await until(lambda: file.next_seq("s1") > heart.registry.seq)
        assert (file.count("s1"), await delivery.waiting(9, 0)) == (0, ([], False))

    scene(tmp_path, play, pushed=False)


def test_who_polls_waits_until_there_is_something(tmp_path):
    async def play(heart, delivery, file, far):
        assert await delivery.waiting(9, 0) == ([], False)
        asking = asyncio.create_task(delivery.waiting(1, PATIENCE_S))
        await heart.order("suspend", "amr-1")
        found, _ = await asking
        assert len(found) == 1
        await until(lambda: file.count("s1") == 2)
        again, more = await delivery.waiting(1, 0)
        assert (again, more) == (found, True)
        await delivery.taken([found[0][0]], {})
        assert found[0] not in (await delivery.waiting(9, 0))[0]

    scene(tmp_path, play, pushed=False)


def test_after_a_restart_it_goes_on_with_the_same_names(tmp_path):
    seen: list[list[str]] = []

    async def play(heart, delivery, file, far):
        if not seen:
            await heart.order("suspend", "amr-1")
        await until(lambda: file.count("s1") == 2)
        seen.append([jti for jti, _ in file.waiting("s1", 9)])

    scene(tmp_path, play, pushed=False)
    scene(tmp_path, play, pushed=False)
    assert seen[0] == seen[1]
