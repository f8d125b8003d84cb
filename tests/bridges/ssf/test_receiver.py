import asyncio
import time

import pytest

from nameplate.bridges.ssf.keys import KeyCache
from nameplate.bridges.ssf.receiver import ASKED, Receiver
from nameplate.bridges.ssf.seen import Seen
from nameplate.bridges.ssf.sets import Refusal
from nameplate.domain.actors import Actor, ActorType
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Unavailable
from nameplate.domain.notices import Effect
from nameplate.domain.registry import Registry
from tests.bridges.ssf.signer import AUDIENCE, DISABLED, ISSUER, SSF, Signer

SIGNER = Signer()
BRIDGE = Bridge("idp", "s", BridgeType.SSF, options={"issuer": ISSUER, "audience": AUDIENCE})
STREAM = {"format": "opaque", "id": "s1"}


class Side:
    """A receiver on the file of a folder, and who takes what it says."""

    def __init__(self, folder, *, recorded=True):
        self.heard, self.found, self.recorded, self.verified = [], [], recorded, []
        self.gate, self.waiting = asyncio.Event(), 0
        self.gate.set()
        registry = Registry(actors={"amr-1": Actor("amr-1", ActorType.ROBOT, "s")})
        self.seen = Seen(folder / "seen.db")
        self.receiver = Receiver(BRIDGE, registry, KeyCache(self._keys, time.monotonic), self.seen, self._raise)
        self.receiver.hears = self
        self.receiver.on_verified = self._verified

    async def _keys(self):
        return SIGNER.jwks()

    async def _raise(self, finding):
        self.found.append(finding.finding)

    async def _verified(self, asked_at):
        self.verified.append(asked_at)

    async def actors(self, notices):
        self.waiting += 1
        await self.gate.wait()
        self.heard += notices
        return [Effect(each.name, recorded=self.recorded) for each in notices]

    async def people(self, notices):
        self.heard += notices
        return [Effect("p-1") for _ in notices]

    async def alive(self, age_s=0.0):
        """Nobody asks here."""


def run(folder, scene, **more):
    async def main():
        side = Side(folder, **more)
        try:
            return await scene(side)
        finally:
            side.seen.close()

    return asyncio.run(main())


def test_an_event_is_in_force_once_also_after_a_restart(tmp_path):
    raw = SIGNER.token()

    async def scene(side):
        await side.receiver.take(raw)
        await side.receiver.take(raw)
        return len(side.heard), side.receiver.again

    assert run(tmp_path, scene) == (1, 1)
    assert run(tmp_path, scene) == (0, 2)


def test_what_is_not_recorded_is_not_acknowledged_and_taken_when_it_comes_again(tmp_path):
    raw = SIGNER.token()

    async def refused(side):
        with pytest.raises(Unavailable, match="in force"):
            await side.receiver.take(raw)

    run(tmp_path, refused, recorded=False)

    async def taken(side):
        await side.receiver.take(raw)
        return len(side.heard)

    assert run(tmp_path, taken) == 1


def test_while_nobody_takes_them_they_are_to_be_sent_again(tmp_path):
    async def scene(side):
        side.receiver.hears = None
        with pytest.raises(Unavailable):
            await side.receiver.take(SIGNER.token())

    run(tmp_path, scene)


def test_one_that_waits_holds_up_no_other_subject_and_its_own_stays_in_order(tmp_path):
    async def scene(side):
        side.gate.clear()
        subjects = [{"format": "opaque", "id": each} for each in ("amr-1", "amr-1")]
        later = {"format": "complex", "device": {"format": "opaque", "id": "amr-2"}}
        tasks = [
            asyncio.create_task(side.receiver.take(SIGNER.token(SIGNER.claims(DISABLED, None, each))))
            for each in (*subjects, later)
        ]
        async with asyncio.timeout(5):
            while side.waiting < 2:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        waiting = side.waiting
        side.gate.set()
        await asyncio.gather(*tasks)
        return waiting, len(side.heard)

    assert run(tmp_path, scene) == (2, 3)


def verification(state):
    return SIGNER.token(SIGNER.claims(f"{SSF}verification", {} if state is None else {"state": state}, STREAM))


def test_a_verification_answers_what_was_asked_and_only_once(tmp_path):
    async def scene(side):
        side.receiver.ask("one", 1.0)
        side.receiver.ask("two", 2.0)
        await side.receiver.take(verification("two"))
        await side.receiver.take(verification("one"))
        await side.receiver.take(verification(None))
        for state in ("one", "guessed"):
            with pytest.raises(Refusal) as refused:
                await side.receiver.take(verification(state))
            assert refused.value.code == "invalid_state"
        return side.verified

    assert run(tmp_path, scene) == [2.0, 1.0]


def test_only_the_last_few_requests_are_remembered(tmp_path):
    async def scene(side):
        for number in range(ASKED + 1):
            side.receiver.ask(f"s{number}", float(number))
        with pytest.raises(Refusal):
            await side.receiver.take(verification("s0"))
        await side.receiver.take(verification("s1"))

    run(tmp_path, scene)


def test_a_stopped_stream_is_found_once_and_an_unknown_event_is_ignored(tmp_path):
    async def scene(side):
        for status in ("paused", "disabled", "enabled", "paused"):
            await side.receiver.take(SIGNER.token(SIGNER.claims(f"{SSF}stream-updated", {"status": status}, STREAM)))
        await side.receiver.take(SIGNER.token(SIGNER.claims("https://x.example/unknown")))
        return side.found, side.receiver.ignored, side.heard

    assert run(tmp_path, scene) == (["stream_stopped", "stream_stopped"], 1, [])


def test_a_critical_member_that_is_not_understood_has_the_event_discarded(tmp_path):
    subject = {"format": "complex", "device": {"format": "opaque", "id": "amr-1"}, "tenant": STREAM}

    async def scene(side):
        side.receiver.critical = frozenset({"tenant"})
        await side.receiver.take(SIGNER.token(SIGNER.claims(DISABLED, None, subject)))
        return side.heard, side.receiver.ignored

    assert run(tmp_path, scene) == ([], 1)


def test_a_refused_token_is_counted_and_may_be_sent_anew(tmp_path):
    async def scene(side):
        claims = SIGNER.claims(jti="same")
        with pytest.raises(Refusal):
            await side.receiver.take(SIGNER.token({**claims, "aud": "x"}))
        await side.receiver.take(SIGNER.token(claims))
        return side.receiver.counts()["refused"], len(side.heard)

    assert run(tmp_path, scene) == (1, 1)
