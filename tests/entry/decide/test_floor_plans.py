import asyncio

import msgspec
import pytest

from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.links import PlanGiven
from nameplate.entry.decide.floor_plans import FloorPlans
from tests.flows.heart import beating

WARD = {"kind": "Zone", "id": "ward", "site": "clinic"}


def test_what_manage_has_kept_comes_on_record_and_nothing_else_does(tmp_path):
    async def main():
        async with beating(tmp_path, WARD) as heart:
            handle = FloorPlans(heart.registry, heart.ledger).handlers()["plan_given"]
            await handle(None, msgspec.msgpack.encode(PlanGiven("clinic", "ab", None, "uid:0")))
            with pytest.raises(NotFound):
                await handle(None, msgspec.msgpack.encode(PlanGiven("moon", "ab", None, "uid:0")))
            with pytest.raises(Invalid):
                await handle(None, b"\xc1")
            assert list(heart.registry.floor_plans) == ["clinic"]

    asyncio.run(main())
