"""What the supervisor and `manage` ask of the deciding process."""

import asyncio
import json

import pytest

from nameplate.boot import bus
from nameplate.domain.errors import Conflict
from nameplate.domain.links import Applied, Declaration, Running, Status

DOORS = """
{kind: Zone, id: i1}
---
{kind: Zone, id: i2}
---
{kind: Door, id: internal-door, joins: [i1, i2], readers: [{id: r1, side: i1}, {id: r2, side: i2}]}
"""
POINT = '{kind: Point, id: internal-point, type: osdp, channels: [{door: internal-door, to: "pty:/none", strike: %s}]}'


def ask(world, scenario):
    async def main():
        peer = await bus.dial(world.server.data / "run" / "internal.sock")
        try:
            async with asyncio.timeout(30):
                return await scenario(peer)
        finally:
            await peer.close()

    return asyncio.run(main())


def test_a_point_that_is_declared_should_run_and_anew_when_it_changes(own_world):
    own_world.apply(DOORS)

    async def scenario(peer):
        loop = asyncio.get_running_loop()
        digests: list[str] = []
        for strike in ("1s", "2s"):
            waiting = asyncio.ensure_future(peer.call("points", digests[-1:], list[Running], 25.0))
            await loop.run_in_executor(None, own_world.apply, POINT % strike)
            (running,) = await waiting
            assert (running.point, running.type) == ("internal-point", "osdp")
            digests.append(running.digest)
        (known,) = await peer.call("points", ["another"], list[Running])
        assert known.digest == digests[-1]
        return digests

    first, second = ask(own_world, scenario)
    assert first != second


def test_a_door_does_not_start_anew_for_another_mode(own_world):
    own_world.apply(DOORS)
    channels = [{"door": "internal-door", "to": "pty:/none"}]
    plain = {"kind": "Point", "id": "p", "type": "osdp", "channels": channels}
    digests = []

    async def scenario(peer):
        (running,) = await peer.call("points", ["another"], list[Running])
        digests.append(running.digest)

    for mode in ({}, {"default": "observe", "until": "2090-01-01"}, {"enforce": ["door:internal-door"]}):
        own_world.apply(json.dumps(plain | {"mode": mode}))
        ask(own_world, scenario)
    assert len(set(digests)) == 1


def test_a_plan_made_on_old_ground_is_a_conflict(world):
    world.apply("{kind: Team, id: internal-team, name: X}")
    change = {"op": "put", "doc": {"kind": "Team", "id": "stale", "name": "Stale"}}

    async def scenario(peer):
        await peer.call("declare", Declaration([change], "test", 0), Applied)

    with pytest.raises(Conflict):
        ask(world, scenario)
    assert "stale" not in world.run("export").out


def test_the_status_names_who_is_connected(world):
    async def scenario(peer):
        return await peer.call("status", None, Status)

    assert isinstance(ask(world, scenario).connected, list)


def test_whoever_declares_is_on_record(world):
    world.apply("{kind: Team, id: by-whom, name: X}")
    lines = world.tail().splitlines()
    (record,) = [json.loads(line) for line in lines if '"by-whom"' in line]
    assert record["by"].startswith("uid:")
