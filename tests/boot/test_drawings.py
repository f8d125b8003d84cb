import pytest

from nameplate.boot.drawings import Wanted, draw_building
from nameplate.domain.errors import Invalid, NotFound
from tests.house.tree import SOURCE


def test_a_building_is_drawn_with_its_figures():
    text = (SOURCE / "entry" / "demo" / "building.yaml").read_text()
    wanted = Wanted("demo", {"L1-lobby"}, "amr-1", {"L1-pharmacy", "elsewhere"})
    drawn = draw_building(text, None, wanted)
    assert drawn.svg.startswith("<svg ")
    assert drawn.counts == {"levels": 1, "zones": 18, "doors": 20, "lifts": 0}
    joins = {ident: set(zones) for ident, *zones in drawn.doors}
    assert joins["L1-pharmacy-entrance"] == {"L1-corridor-north", "L1-pharmacy"}


def test_one_level_alone_is_drawn(tmp_path):
    text = (SOURCE / "entry" / "demo" / "building.yaml").read_text()
    assert "L1" in draw_building(text, None, Wanted("demo", level="L1")).svg
    with pytest.raises(NotFound, match="no level L2"):
        draw_building(text, None, Wanted("demo", level="L2"))


@pytest.mark.parametrize("text", ["", "levels: {}", "[]", "name: x"])
def test_what_is_no_building_is_refused(text):
    with pytest.raises(Invalid):
        draw_building(text, None, Wanted("demo"))
