import asyncio

import pytest

from nameplate.boot.floor_plans import FloorPlanFiles
from nameplate.boot.timezones import wall
from nameplate.domain.errors import Invalid, NotFound
from nameplate.entry.manage.planning import Planning
from tests.entry.manage.managing import beside
from tests.house.tree import SOURCE

DEMO = (SOURCE / "entry" / "demo" / "building.yaml").read_text()


def test_a_plan_is_drawn_for_its_site_alone(own_world, tmp_path):
    own_world.apply(
        "{kind: Site, id: clinic, timezone: UTC}\n---\n{kind: Site, id: other, timezone: UTC}\n---\n"
        "{kind: Zone, id: L1-lobby, site: clinic, public: true}\n---\n{kind: Zone, id: L1-lab, site: other}"
    )

    async def main():
        async with beside(own_world, tmp_path) as found:
            planning = Planning(found.projection.registry, found.commands, FloorPlanFiles(tmp_path), wall)
            with pytest.raises(NotFound, match="no plan of clinic"):
                await planning.show("clinic")
            with pytest.raises(NotFound, match="no site moon"):
                await planning.give("moon", DEMO, None, "uid:0")
            with pytest.raises(Invalid):
                await planning.give("clinic", "no map", None, "uid:0")
            digest, drawn = await planning.give("clinic", DEMO, None, "uid:0")
            while await found.projection.advance() and "clinic" not in found.projection.registry.floor_plans:
                pass
            shown = await planning.show("clinic", "L1")
            assert (shown.plan.sha256, set(shown.zones)) == (digest, {"L1-lobby"})
            assert "L1-lobby: public" in shown.drawn.svg
            missing = planning.undeclared("clinic", drawn)
            assert "zone:L1-lab" in missing
            assert "zone:L1-lobby" not in missing
            with pytest.raises(NotFound, match="no actor nobody"):
                await planning.show("clinic", actor="nobody")

    asyncio.run(main())
