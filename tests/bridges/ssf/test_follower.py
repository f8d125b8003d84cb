import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from nameplate.bridges.ssf.follower import SsfFollower, Told
from nameplate.bridges.ssf.keys import KeyCache
from nameplate.bridges.ssf.receiver import Receiver
from nameplate.bridges.ssf.seen import Seen
from nameplate.bridges.ssf.transmitter import Transmitter
from nameplate.bridges.ssf.web import Web
from nameplate.domain.actors import Actor, ActorType
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Unavailable
from nameplate.domain.notices import Effect
from nameplate.domain.registry import Registry
from tests.bridges.ssf.signer import AUDIENCE, DISABLED
from tests.bridges.ssf.upstream import serving

PATIENCE_S = 15


class Following:
    """A follower of `upstream`; `ages`: what `alive` was told; `found`: the findings."""

    def __init__(self, folder, upstream, lease_s, **options):
        options = {"issuer": upstream.issuer, "audience": AUDIENCE, **options}
        bridge = Bridge("idp", "s", BridgeType.SSF, credential="c", lease_s=lease_s, options=options)
        self.ages, self.found, self.heard = [], [], []
        registry = Registry(actors={"amr-1": Actor("amr-1", ActorType.ROBOT, "s")})
        transmitter = Transmitter(upstream.issuer, "", Web())
        self.seen = Seen(folder / "seen.db")
        keys = KeyCache(transmitter.jwks, time.monotonic)
        self.receiver = Receiver(bridge, registry, keys, self.seen, self._raise)
        self.follower = SsfFollower(bridge, self.receiver, transmitter, self._raise)

    async def _raise(self, finding):
        self.found.append(finding.finding)

    async def actors(self, notices):
        self.heard += notices
        return [Effect(each.name) for each in notices]

    async def people(self, notices):
        return [Effect("p-1") for _ in notices]

    async def alive(self, age_s=0.0):
        self.ages.append(age_s)

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 - the other side is a thread
                await asyncio.sleep(0.01)


@asynccontextmanager
async def following(folder, upstream, lease_s=0.6, **options):
    found = Following(folder, upstream, lease_s, **options)
    task = asyncio.create_task(found.follower.run(found))
    try:
        yield found
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        found.seen.close()


def scene(folder, play, lease_s=0.6, **options):
    async def main():
        with serving() as upstream:
            async with following(folder, upstream, lease_s, **options) as found:
                await play(upstream, found)

    asyncio.run(main())


def test_tokens_are_polled_put_in_force_and_acknowledged(tmp_path):
    async def play(upstream, found):
        subject = {"format": "opaque", "id": "amr-1"}
        upstream.offer("a", upstream.token(DISABLED, None, subject))
        upstream.offer("b", upstream.token(DISABLED, None, subject, aud="x"))
        await found.until(lambda: "a" in upstream.acked and "b" in upstream.errors)
        assert [each.name for each in found.heard] == ["amr-1"]
        assert upstream.errors["b"]["err"] == "invalid_audience"

    scene(tmp_path, play, delivery="poll")


def test_answered_verifications_keep_the_lease_and_unanswered_ones_raise_a_finding(tmp_path):
    async def play(upstream, found):
        await found.until(lambda: len(found.ages) >= 2)
        assert found.found == []
        upstream.answers = False
        # Polls that are answered would be a sign of life, too: here nothing is.
        answers = upstream.answer
        upstream.answer = lambda method, path, body: (
            (200, {"sets": {}, "moreAvailable": True}) if path == "/poll" else answers(method, path, body)
        )
        await found.until(lambda: found.found == ["stream_silent"])
        told = len(found.ages)
        await asyncio.sleep(0.3)
        assert (len(found.ages), found.found) == (told, ["stream_silent"])

    scene(tmp_path, play, delivery="poll")


def test_a_stream_that_its_transmitter_holds_back_is_a_finding_and_no_sign_of_life(tmp_path):
    async def play(upstream, found):
        upstream.status = "paused"
        await found.until(lambda: "stream_stopped" in found.found)
        told = len(found.ages)
        await asyncio.sleep(0.5)
        assert len(found.ages) == told

    scene(tmp_path, play, delivery="poll")


def test_a_transmitter_that_wants_to_be_left_alone_is(tmp_path):
    async def play(upstream, found):
        upstream.busy = True
        asked = len(upstream.asked)
        await asyncio.sleep(0.5)
        assert len(upstream.asked) <= asked + 1

    scene(tmp_path, play)


def test_one_that_is_away_is_told_so_that_it_is_tried_again(tmp_path):
    async def main():
        with serving() as upstream:
            found = Following(tmp_path, upstream, 1.0, delivery="poll")
        with pytest.raises(Unavailable):
            await found.follower.run(found)
        found.seen.close()

    asyncio.run(main())


def test_what_is_shown_of_a_way(tmp_path):
    with serving() as upstream:
        found = Following(tmp_path, upstream, 60.0)
        assert found.follower.status()["way"] == "shared signals, pushed"
        assert (found.follower.beat_s, found.follower.silent_s) == (20.0, 60.0)
        found.seen.close()
    assert Told(lambda: [{"stream": "s"}]).status()["told"] == [{"stream": "s"}]
