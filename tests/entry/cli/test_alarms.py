"""The commands, against a real server whose point reports over its real socket."""

import asyncio
import hashlib

from nameplate.boot import bus
from nameplate.domain.links import Admit, Hello, Welcome
from nameplate.domain.outcomes import Happening, Outcome

SITE = """
{kind: Zone, id: al-1}
---
{kind: Zone, id: al-2}
---
{kind: Door, id: al-door, joins: [al-1, al-2]}
---
{kind: Point, id: al-point, type: modbus, channels: [{door: al-door, to: "pty:/none"}]}
"""


def reported(world, *happenings):
    """Say as the point what happened at its door."""

    async def main():
        folder, token = world.server.data / "run", "a token of the tests"
        supervisor = await bus.dial(folder / "internal.sock")
        await supervisor.call("admit", Admit("al-point", hashlib.sha256(token.encode()).hexdigest()), type(None))
        peer = await bus.dial(folder / "points.sock")
        await peer.call("hello", Hello("al-point", token), Welcome)
        await peer.call("report", [Outcome(each, 1_000_000, "al-door") for each in happenings], type(None))
        await peer.close()
        await supervisor.close()

    asyncio.run(main())


def alarm(world):
    """What has been reported a moment ago is listed already: no answer is older than its question."""
    items = world.run("alarm", "list", "--all", "--json").json["items"]
    return next(each for each in items if each["door"] == "al-door")


def test_an_alarm_is_listed_shown_acknowledged_and_closed(world):
    world.apply(SITE)
    reported(world, Happening.DOOR_FORCED, Happening.DOOR_FORCED)
    found = alarm(world)
    assert (found["name"], found["state"], found["count"], found["site"]) == ("door_forced", "raised", 2, "default")
    assert found["id"] in world.run("alarm", "list").out
    assert "without a permit" in world.run("alarm", "show", found["id"]).out
    seen = world.run("alarm", "acknowledge", found["id"], "--reason", "The wind", "--json")
    assert (seen.code, seen.json) == (0, {"alarm": found["id"], "closed": False})
    assert world.run("alarm", "acknowledge", found["id"], "--reason", "The wind").code == 5
    reported(world, Happening.DOOR_CLOSED)
    assert (alarm(world)["state"], alarm(world)["reason"]) == ("closed", "The wind")
    assert found["id"] not in world.run("alarm", "list").out
    assert found["id"] not in world.run("alarm", "list", "--all", "--site", "elsewhere").out


def test_an_alarm_that_nobody_raised_is_not_found(world):
    assert world.run("alarm", "show", "alarm-0").code == 3
    assert world.run("alarm", "acknowledge", "alarm-0", "--reason", "seen").code == 3
