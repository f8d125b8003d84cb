import pytest

from nameplate.boot.simulation import read_floor
from nameplate.domain.errors import Invalid
from nameplate.entry.demo.fleet import building_text


def test_a_floor_plan_is_read_with_its_zones_doors_and_lanes():
    floor = read_floor(building_text())
    assert floor.building.levels[0].name == "L1"
    assert {"L1-pharmacy", "L1-corridor-north"} <= {zone.id for zone in floor.plan.zones}
    assert len(floor.lane_doors) == 15
    assert "L1-pharmacy-entrance" in floor.lane_doors
    assert "L1-staff-room-entrance" not in floor.lane_doors


def test_a_text_that_is_no_floor_plan_is_refused():
    with pytest.raises(Invalid):
        read_floor("kind: Site\nid: clinic\n")
