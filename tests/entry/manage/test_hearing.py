import asyncio
from typing import Any

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.domain.notices import ActorNotice, PersonNotice, Status
from nameplate.entry.manage.hearing import Hearing
from tests.entry.manage.managing import beside

BRIDGE = "{kind: Bridge, id: hears, type: scim}"


def heard(world, folder, work):
    """Run `work(hearing, beside)` with a hearing of the bridge `hears`."""
    world.apply(BRIDGE)

    async def main():
        async with beside(world, folder) as managing:
            await work(Hearing("hears", managing.commands, managing.parts.names), managing)

    asyncio.run(main())


def test_who_must_stop_has_stopped_when_it_returns_and_how_long_that_took_is_counted(world, tmp_path):
    actor = world.actor("heard-1")

    async def work(hearing, _):
        (effect,) = await hearing.actors([ActorNotice("hears", "k1", actor, Status.DISABLED)])
        assert (effect.id, effect.state) == (actor, "suspended")
        assert not await asyncio.to_thread(world.permits, actor)
        (again,) = await hearing.actors([ActorNotice("hears", "k1", actor, Status.DISABLED)])
        assert again.stop == ""
        stops = hearing.stops()
        assert (stops["count"], hearing.actors_told) == (1, 2)
        assert 0 <= stops["p50_ms"] <= stops["p99_ms"] < 10_000

    heard(world, tmp_path, work)


def test_a_clock_that_is_ahead_of_ours_makes_no_stop_quicker_than_at_once(world, tmp_path):
    actor = world.actor("heard-2")

    async def work(hearing, _):
        ahead = ActorNotice("hears", "k2", actor, Status.DISABLED, decided_at=4_000_000_000_000_000)
        await hearing.actors([ahead])
        assert hearing.stops()["p50_ms"] == 0

    heard(world, tmp_path, work)


def test_names_stay_here_and_the_record_has_a_pseudonym(world, tmp_path):
    async def work(hearing, managing):
        notice = PersonNotice("hears", "u1", Status.ACTIVE, addresses=("anna.b@clinic.example",), name="Anna Berg")
        (effect,) = await hearing.people([notice])
        assert effect.id.startswith("p-")
        known = managing.parts.names.get([effect.id])[effect.id]
        assert (known.name, known.mail) == ("Anna Berg", "anna.b@clinic.example")
        (nobody,) = await hearing.people([PersonNotice("hears", "", addresses=("x@nowhere.example",), name="X")])
        assert (nobody.id, nobody.refused) == ("", "person")
        assert hearing.people_told == 2

    heard(world, tmp_path, work)
    record = b"".join(path.read_bytes() for path in (world.server.data / "journal").glob("*") if path.is_file())
    assert b"Anna Berg" not in record
    assert b"anna.b@clinic" not in record


def test_names_follow_another_address_where_they_were_that_address(world, tmp_path):
    async def work(hearing, managing):
        mail, now = "cleo@clinic.example", "cleo.d@clinic.example"
        told = [
            PersonNotice("hears", "u2", Status.ACTIVE, addresses=(mail,), name="Cleo"),
            PersonNotice("hears", "u3", Status.ACTIVE, addresses=("dan@clinic.example",), name="dan@clinic.example"),
        ]
        cleo, dan = [each.id for each in await hearing.people(told)]
        await hearing.people([PersonNotice("hears", "", addresses=("Cleo@clinic.example",), renamed=now)])
        await hearing.people([PersonNotice("hears", "", addresses=("dan@clinic.example",), renamed="d@clinic.example")])
        # Somebody has that one: nobody is called so.
        (effect,) = await hearing.people([PersonNotice("hears", "", addresses=("d@clinic.example",), renamed=now)])
        assert effect.refused == "person"
        known = managing.parts.names.get([cleo, dan])
        assert (known[cleo], known[dan]) == (("Cleo", now), ("d@clinic.example", "d@clinic.example"))

    heard(world, tmp_path, work)


def test_a_sign_of_life_counts_from_when_it_was_true(world, tmp_path):
    async def work(hearing, _):
        assert (hearing.heard_at, hearing.stops()) == (0, {"count": 0, "p50_ms": None, "p99_ms": None})
        await hearing.alive(60.0)
        early = hearing.heard_at
        await hearing.alive()
        assert hearing.heard_at - early >= 59_000_000

    heard(world, tmp_path, work)


def test_while_nobody_decides_it_says_so(tmp_path):
    class Nobody:
        async def actors_noticed(self, *_):
            raise Unavailable("bus", "Nobody decides.")

    async def main():
        nobody: Any = Nobody()
        hearing = Hearing("hears", nobody, nobody)
        with pytest.raises(Unavailable):
            await hearing.actors([ActorNotice("hears", "k", "a", Status.DISABLED)])
        assert hearing.actors_told == 0

    asyncio.run(main())
