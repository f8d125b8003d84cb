"""What a point may say, on the real socket of a real server: a point that was taken over speaks for itself alone."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from nameplate.boot import bus
from nameplate.domain.errors import Invalid, NameplateError, NotFound, Refused
from nameplate.domain.links import Admit, AtReader, Hello, Welcome
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.verdicts import Decision

SITE = """
{kind: Zone, id: h1}
---
{kind: Zone, id: h2}
---
{kind: Door, id: hub-own, joins: [h1, h2], readers: [{id: r1, side: h1}, {id: r2, side: h2}]}
---
{kind: Door, id: hub-other, joins: [h1, h2], readers: [{id: r1, side: h1}, {id: r2, side: h2}]}
---
{kind: Point, id: hub-point, type: modbus, channels: [{door: hub-own, to: "pty:/none"}]}
---
{kind: Point, id: hub-rival, type: modbus, channels: [{door: hub-other, to: "pty:/none"}]}
"""
TOKEN = "a token of the tests"


@pytest.fixture(scope="module", name="folder")
def folder_fixture(world):
    world.apply(SITE)
    return world.server.data / "run"


def as_point(folder, scenario, *, admit=True, hello=True):
    """Run `scenario(peer)` as `hub-point`."""

    async def main():
        supervisor = await bus.dial(Path(folder) / "internal.sock")
        if admit:
            digest = hashlib.sha256(TOKEN.encode()).hexdigest()
            await supervisor.call("admit", Admit("hub-point", digest), type(None))
        peer = await bus.dial(Path(folder) / "points.sock")
        try:
            if hello:
                await peer.call("hello", Hello("hub-point", TOKEN), Welcome)
            return await scenario(peer)
        finally:
            await peer.close()
            await supervisor.close()

    return asyncio.run(main())


def test_an_admitted_point_learns_what_it_needs_and_nothing_of_others(folder):
    async def scenario(peer):
        return await peer.call("hello", Hello("hub-point", TOKEN), Welcome)

    welcome = as_point(folder, scenario, hello=False)
    assert (welcome.spec.id, [door.id for door in welcome.doors]) == ("hub-point", ["hub-own"])
    assert welcome.keys.keys() == {"hub-own"}
    assert (len(welcome.keys["hub-own"]), len(welcome.signing_key)) == (16, 32)


@pytest.mark.parametrize(
    "hello", [Hello("hub-point", "wrong"), Hello("hub-point", ""), Hello("hub-rival", TOKEN), Hello("nobody", TOKEN)]
)
def test_a_point_with_another_token_or_name_is_refused(folder, hello):
    async def scenario(peer):
        await peer.call("hello", hello, Welcome)

    with pytest.raises(Refused):
        as_point(folder, scenario, hello=False)


@pytest.mark.parametrize(
    ("verb", "body", "answer"),
    [
        ("challenge", AtReader("hub-own", "r1"), bytes),
        ("present", AtReader("hub-own", "r1", bytes(126)), Decision),
        ("report", [Outcome(Happening.DOOR_OPENED, 1, "hub-own")], type(None)),
    ],
)
def test_before_hello_nothing_is_answered(folder, verb, body, answer):
    async def scenario(peer):
        await peer.call(verb, body, answer)

    with pytest.raises(Refused, match="hello"):
        as_point(folder, scenario, hello=False)


@pytest.mark.parametrize(
    ("verb", "body", "answer"),
    [
        ("challenge", AtReader("hub-other", "r1"), bytes),
        ("present", AtReader("hub-other", "r1", bytes(126)), Decision),
        ("report", [Outcome(Happening.PASSAGE, 1, "hub-other", "r1", "alice", "", "h1", "h2")], type(None)),
        ("challenge", AtReader("nowhere", "r1"), bytes),
    ],
)
def test_a_point_speaks_for_its_own_doors_only(folder, verb, body, answer):
    async def scenario(peer):
        await peer.call(verb, body, answer)

    with pytest.raises(Refused) as refused:
        as_point(folder, scenario)
    assert refused.value.code == "not_your_door"


def test_at_its_own_door_it_gets_challenges_and_decisions(folder):
    async def scenario(peer):
        challenge = await peer.call("challenge", AtReader("hub-own", "r1"), bytes)
        decision = await peer.call("present", AtReader("hub-own", "r1", bytes(126)), Decision)
        with pytest.raises(NotFound):
            await peer.call("challenge", AtReader("hub-own", "r9"), bytes)
        return challenge, decision

    challenge, decision = as_point(folder, scenario)
    assert len(challenge) == 58
    assert (decision.verdict.permit, decision.actor) == (False, "")


def test_what_it_reports_is_on_record_under_its_own_name(world, folder):
    async def scenario(peer):
        await peer.call("report", [Outcome(Happening.DOOR_FORCED, 1_000_000, "hub-own")], type(None))

    as_point(folder, scenario)
    # It is answered before it is on record.
    world.until(lambda: '"point":"hub-point","happening":"door_forced"' in world.tail())


@pytest.mark.parametrize("body", [None, 7, "x", {"door": 1}, [1, 2, 3], {"door": "hub-own"}])
@pytest.mark.parametrize("verb", ["hello", "challenge", "present", "report"])
def test_rubbish_is_refused_and_harms_nobody(world, folder, verb, body):
    async def scenario(peer):
        with pytest.raises(NameplateError):
            await peer.call(verb, body, type(None))

    as_point(folder, scenario)
    assert world.permits("alice")


def test_an_unknown_verb_and_those_of_the_supervisor_are_not_offered(folder):
    async def scenario(peer):
        for verb in ("admit", "declare", "points", "status", "nonsense"):
            with pytest.raises(NotFound):
                await peer.call(verb, None, type(None))

    as_point(folder, scenario)


def test_a_supervisor_that_speaks_rubbish_is_refused(folder):
    async def main():
        peer = await bus.dial(Path(folder) / "internal.sock")
        try:
            for verb in ("admit", "declare", "points"):
                with pytest.raises(Invalid):
                    await peer.call(verb, {"nonsense": 1}, type(None))
        finally:
            await peer.close()

    asyncio.run(main())
