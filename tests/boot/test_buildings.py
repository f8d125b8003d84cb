import pytest

from nameplate.boot.buildings import import_building
from nameplate.boot.manifests import read_manifests
from nameplate.domain.errors import Invalid
from nameplate.domain.manifests.documents import from_document
from tests.bridges.building_map.sketch import Sketch


def test_a_floor_plan_becomes_manifests_that_can_be_read_again():
    sketch = Sketch().room(0, 0, 10, 10).room(10, 0, 20, 10).door("entry", (10, 4), (10, 6))
    imported = import_building(sketch.text(), "clinic", "Europe/Berlin", None)
    values = [from_document(document.mapping) for document in read_manifests(imported.yaml, "building.yaml")]
    kinds = [type(value).__name__ for value in values]
    assert kinds.count("Zone") == imported.summary["zones"] >= 2
    assert kinds.count("Door") == imported.summary["doors"] == 1
    assert imported.summary["site"] == "clinic"


@pytest.mark.parametrize("text", ["", "[]", "levels: 1", "\x00", "a: &a [*a]", "name: x\nlevels: {}\n" * 2])
def test_a_text_that_is_no_building_is_refused(text):
    with pytest.raises(Invalid):
        import_building(text, "clinic", "UTC", None)
