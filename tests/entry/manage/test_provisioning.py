"""What a bridge sees and declares, at a running server."""

import asyncio

import pytest

from nameplate.domain.errors import Invalid
from nameplate.entry.manage.provisioning import Provisioning
from tests.entry.manage.managing import beside

ACTOR = {"kind": "Actor", "id": "by-bridge", "type": "workload", "site": "default", "owner": "ops"}


def test_a_bridge_declares_staged_actors_in_its_name(own_world, tmp_path):
    own_world.apply("{kind: Bridge, id: entra, type: scim}")
    (tmp_path / "beside").mkdir()

    async def main() -> None:
        async with beside(own_world, tmp_path / "beside") as other:
            task = asyncio.create_task(other.projection.run())
            registry = other.projection.registry
            found = Provisioning(registry.bridges["entra"], registry, other.commands, lambda _: True)
            assert (found.known("by-bridge"), found.has_team("ops"), found.has_team("x")) == (None, True, False)
            with pytest.raises(Invalid, match="no Team"):
                found.check([{**ACTOR, "owner": "nobody"}])
            await found.declare([ACTOR])
            known = found.known("by-bridge")
            assert known is not None
            assert (known.standing.state, known.bridges, found.holder(("a", "b", "c"))) == ("staged", (), "")
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    records = own_world.run("journal", "tail", "--no-follow", "--json").out
    assert '"bridge:entra"' in records
