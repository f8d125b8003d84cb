"""A decision carries the times of the class of its unit, and the record says so."""

import asyncio
from typing import Any

from nameplate.domain.asked import Asked
from nameplate.flows.oblige import DoorTimes
from tests.flows.heart import CONTRACT, beating, request, robot

ENTER = {"actions": ["enter", "read"], "resources": ["zone:ward", "app:*"]}
SITE: list[dict[str, Any]] = [
    {"kind": "Zone", "id": "hall"},
    {"kind": "Zone", "id": "ward"},
    {"kind": "Door", "id": "d", "joins": ["hall", "ward"], "readers": [{"id": "r1", "side": "hall"}]},
    CONTRACT | {"grants": [ENTER]},
]
CLASS = {"kind": "RobotClass", "id": "beds", "models": ["T3"], "pass": "25s"}


def test_a_class_that_is_declared_counts_for_doors_from_the_next_decision_on(tmp_path):
    async def main():
        async with beating(tmp_path, *SITE, robot()) as heart:
            times = DoorTimes(heart.registry)
            heart.ledger.watchers.append(times.touched)
            heart.authorizer.obliges.append(times.oblige)

            async def asked(action, resource):
                question = request(heart.clock(), "amr-1", resource)._replace(action=action, presence="reader")
                decision = await heart.authorizer.authorize(question, Asked("p"))
                assert decision.permit
                return dict(decision.obligations)

            assert await asked("enter", "door:d") == {}
            await heart.declare(CLASS)
            assert await asked("enter", "door:d") == {"pass_s": 25.0}
            assert await asked("read", "app:x") == {}
            assert [each.get("obligations") for each in heart.records("decision")] == [None, {"pass_s": 25.0}, None]

    asyncio.run(main())
