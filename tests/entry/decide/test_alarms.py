"""A point that is not there raises an alarm; strangers acknowledge nothing."""

import asyncio
from itertools import count
from typing import Any

from nameplate.entry.decide.alarms import DOWN_AFTER_S, PointWatch
from nameplate.flows.alarms import AlarmKeeper
from tests.flows.heart import WORLD, beating

SITE: list[dict[str, Any]] = [
    {"kind": "Door", "id": "d", "joins": ["hall", "ward"]},
    {"kind": "Point", "id": "p", "type": "osdp", "channels": [{"door": "d", "to": "pty:/none"}]},
]


class Present:
    """Who is connected."""

    names: tuple[str, ...] = ()


def test_a_point_that_stays_away_is_an_alarm_until_it_is_back(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, *SITE) as heart:
            numbers, now, present = count(1), [0.0], Present()
            keeper = AlarmKeeper(heart.registry, heart.ledger, lambda: f"a{next(numbers)}")
            heart.ledger.noticed = keeper.noticed
            runs = lambda ident: ident == "p"  # noqa: E731
            watch = PointWatch(heart.registry, present, heart.ledger, keeper, runs, lambda: now[0])  # type: ignore[arg-type]
            alarms = heart.registry.alarms.by_id
            watch.look()
            now[0] = DOWN_AFTER_S
            watch.look()
            assert not alarms
            now[0] += 1
            for _ in range(3):
                watch.look()
            assert (alarms["a1"].name, alarms["a1"].point, alarms["a1"].count) == ("point_down", "p", 1)
            present.names = ("p",)
            watch.look()
            assert alarms["a1"].cleared_at is not None
            present.names = ()
            watch.look()
            now[0] += DOWN_AFTER_S + 1
            watch.look()
            assert alarms["a1"].count == 2
            assert not alarms["a1"].cleared_at
            assert (await keeper.acknowledge("a1", "uid:0", "restarted")).closed is False
            await heart.declare({"kind": "Point", "id": "p", "type": "osdp"})
            watch.look()
            assert alarms["a1"].closed
            await heart.ledger.commit({"kind": "mark"})
            assert heart.replayed().alarms == heart.registry.alarms

    asyncio.run(main())


def test_strangers_acknowledge_nothing(world):
    assert world.post("/v1/alarms/a1/acknowledgement", {"reason": "seen"}).status == 401
