import json

import pytest

from tests.entry.world import run
from tests.house.tree import SOURCE

PLAN = SOURCE / "entry" / "demo" / "building.yaml"


def test_a_building_becomes_manifests_that_apply_takes(world, tmp_path):
    out = tmp_path / "b.yaml"
    told = run("import", "building-map", PLAN, "--site", "imported", "--out", out, "--json")
    assert (told.code, told.json["site"], told.json["doors"] > 10) == (0, "imported", True)
    assert world.run("diff", "-f", out).code == 0
    assert "kind: Door" in run("import", "building-map", PLAN).out


def test_people_are_told_how_much_there_is(tmp_path):
    told = run("import", "building-map", PLAN, "--out", tmp_path / "b.yaml")
    assert "zones and" in told.out


@pytest.mark.parametrize("text", ["", "kind: Team", "levels: 1", "[", "levels: {L1: {vertices: [[a]]}}"])
def test_what_is_no_building_ends_with_1(tmp_path, text):
    (tmp_path / "x.yaml").write_text(text)
    told = run("import", "building-map", tmp_path / "x.yaml", "--out", tmp_path / "out.yaml", "--json")
    assert told.code == 1
    assert json.loads(told.out.splitlines()[0])


def test_a_file_that_is_not_there_ends_with_1(tmp_path):
    assert run("import", "building-map", tmp_path / "absent.yaml").code == 1
