import pytest

from nameplate.boot.drawings import draw_building
from nameplate.domain.errors import Invalid
from tests.house.tree import SOURCE


def test_a_building_is_drawn_with_its_figures():
    text = (SOURCE / "entry" / "demo" / "building.yaml").read_text()
    svg, counts = draw_building(text, "demo", None, {"L1-lobby"}, "amr-1", {"L1-pharmacy", "elsewhere"})
    assert svg.startswith("<svg ")
    assert counts == {"levels": 1, "zones": 18, "doors": 20, "lifts": 0}


@pytest.mark.parametrize("text", ["", "levels: {}", "[]", "name: x"])
def test_what_is_no_building_is_refused(text):
    with pytest.raises(Invalid):
        draw_building(text, "demo", None, ())
