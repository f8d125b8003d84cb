import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.floor_plans import FloorPlan, given
from nameplate.domain.registry import Registry, Touched, fold

RECORD = {"kind": "floor_plan", "site": "clinic", "sha256": "ab", "scale": 0.05, "by": "uid:0"}
AT = "2026-01-01T00:00:00Z"


def test_the_last_plan_counts():
    plans: dict[str, FloorPlan] = {}
    assert given(plans, RECORD, 1) == "clinic"
    given(plans, RECORD | {"sha256": "cd", "scale": None}, 2)
    assert plans == {"clinic": FloorPlan("clinic", "cd", None, 2, "uid:0")}


def test_the_record_makes_the_state():
    registry = Registry()
    assert fold(registry, RECORD | {"seq": 1, "at": AT}) == (Touched("floor_plan", "clinic"),)
    assert registry.floor_plans["clinic"].scale == 0.05


@pytest.mark.parametrize("wrong", [{"scale": "x"}, {"scale": []}])
def test_a_record_that_nobody_wrote_is_refused(wrong):
    with pytest.raises(Invalid):
        fold(Registry(), RECORD | {"seq": 1, "at": AT} | wrong)
    with pytest.raises(Invalid):
        fold(Registry(), {name: value for name, value in RECORD.items() if name != "site"} | {"seq": 1, "at": AT})
