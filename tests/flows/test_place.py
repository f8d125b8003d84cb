import asyncio

import pytest

from nameplate.domain.errors import NotFound, Refused
from nameplate.flows.place import Placing
from tests.flows.heart import CONTRACT, beating, robot

ENTER = {"actions": ["enter"], "resources": ["zone:ward"], "presence": "remote"}
WARD = {"kind": "Zone", "id": "ward", "site": "default", "anti_passback": "hard", "anti_passback_reset": "8h"}
WORLD = (WARD, CONTRACT | {"grants": [ENTER]}, robot())
HOURS_US = 3_600_000_000


def test_who_is_inside_enters_again_only_when_a_person_or_time_says_it_has_left(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            placing = Placing(heart.registry, heart.ledger)

            async def reasons():
                return (await heart.ask(resource="zone:ward")).verdict.reasons

            assert await reasons() == ("granted",)
            await placing.place("amr-1", "ward", by="uid:0", reason="Carried in.")
            assert await reasons() == ("anti_passback",)
            assert heart.replayed().standings["amr-1"].zone == "ward"
            await placing.place("amr-1", "", by="uid:0", reason="Lost.")
            assert await reasons() == ("granted",)
            await placing.place("amr-1", "ward", by="uid:0", reason="Found.")
            heart.now += 8 * HOURS_US - 1_000
            assert await reasons() == ("anti_passback",)
            heart.now += 1_000
            assert await reasons() == ("granted",)
            assert [(record["from"], record["zone"]) for record in heart.records("placed")] == [
                ("", "ward"),
                ("ward", ""),
                ("", "ward"),
            ]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("actor", "zone", "reason", "error"),
    [("ghost", "ward", "x", NotFound), ("amr-1", "moon", "x", NotFound), ("amr-1", "ward", " ", Refused)],
)
def test_what_cannot_be_is_refused(tmp_path, actor, zone, reason, error):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            with pytest.raises(error):
                await Placing(heart.registry, heart.ledger).place(actor, zone, by="uid:0", reason=reason)
            assert heart.records("placed") == []

    asyncio.run(main())
