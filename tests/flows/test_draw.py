import asyncio

import pytest

from nameplate.domain.errors import NotFound
from nameplate.flows.draw import give_plan
from tests.flows.heart import beating

WARD = {"kind": "Zone", "id": "ward", "site": "clinic"}


def test_a_plan_is_on_record_and_survives_a_restart(tmp_path):
    async def main():
        async with beating(tmp_path, WARD) as heart:
            await give_plan(heart.registry, heart.ledger, "clinic", "ab", 0.05, by="uid:0")
            assert heart.registry.floor_plans == heart.replayed().floor_plans
            assert heart.registry.floor_plans["clinic"].sha256 == "ab"
            with pytest.raises(NotFound):
                await give_plan(heart.registry, heart.ledger, "moon", "ab", None, by="uid:0")
            assert [(each["site"], each["scale"]) for each in heart.records("floor_plan")] == [("clinic", 0.05)]

    asyncio.run(main())
