from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from nameplate.bridges.building_map import derive_zones, read_building
from nameplate.bridges.building_map.drawing import View, draw
from tests.house.tree import SOURCE

SVG = "{http://www.w3.org/2000/svg}"
DEMO = SOURCE / "entry" / "demo" / "building.yaml"


def drawing(text=None, view=None):
    building = read_building(text or DEMO.read_text(), None)
    plan = derive_zones(building)
    return plan, ET.fromstring(draw(building, plan, view or View("demo")))  # noqa: S314 - our own text


def texts(root):
    return {" ".join("".join(each.itertext()).split()) for each in root.iter(f"{SVG}text")}


def test_every_zone_and_every_door_is_there_in_words():
    plan, root = drawing()
    titles = {"".join(each.itertext()) for each in root.iter(f"{SVG}title")}
    inside = [zone for zone in plan.zones if not zone.outside]
    assert all(any(title.startswith(f"{zone.id}: locked") for title in titles) for zone in inside)
    assert all(any(f" {door.id}, between" in title for title in titles) for door in plan.doors)
    assert {zone.id.removeprefix("L1-") for zone in inside} <= texts(root)
    assert all(any(text.split()[1:2] == [door.id] for text in texts(root)) for door in plan.doors)


def test_it_says_what_it_is_to_who_cannot_see_it():
    _, root = drawing(view=View("demo", {"L1-lobby"}, {"L1-pharmacy"}, "amr-1"))
    assert root.get("role") == "img"
    assert [root.find(f"{SVG}{name}").get("id") for name in ("title", "desc")] == root.get("aria-labelledby").split()
    assert root.find(f"{SVG}title").text == "demo: where amr-1 may go"
    assert "1 zones are public, 1 granted to amr-1" in root.find(f"{SVG}desc").text


def test_a_door_is_as_open_as_its_stricter_side():
    view = View("demo", {"L1-corridor-north"}, {"L1-pharmacy"}, "amr-1")
    words = texts(drawing(view=view)[1])
    assert any("L1-pharmacy-entrance granted" in text for text in words)
    assert any("L1-lab-entrance locked" in text for text in words)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"&'", "]]>", "a\x07b", "\u202etxt"])
def test_hostile_names_stay_text(name):
    view = View(name, actor=name)
    building = read_building(DEMO.read_text(), None)
    plan = derive_zones(building)
    plan = replace(plan, zones=tuple(replace(zone, id=name) for zone in plan.zones))
    svg = draw(building, plan, view)
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    assert not list(root.iter("script"))
    assert not list(root.iter(f"{SVG}script"))
    assert all(text.replace("\n", "").isprintable() for text in root.itertext())


def test_the_clinic_is_drawn_whole(shared_data):
    text = Path(shared_data("maps/clinic/clinic.building.yaml")).read_text()
    plan, root = drawing(text)
    assert {"L1", "L2"} <= texts(root)
    assert len(plan.doors) > 100
