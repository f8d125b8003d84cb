from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from nameplate.bridges.building_map import derive_zones, read_building
from nameplate.bridges.building_map.drawing import View, draw
from nameplate.domain.floor_views import DoorView, ZoneView
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


NOW: dict[str, Any] = {
    "zones": {"L1-lobby": ZoneView(public=True, locked=True, inside=("amr-1", "amr-2", "amr-3"))},
    "doors": {"L1-lab-entrance": DoorView(online=False, trouble=True, words=("offline", "door held"))},
}


def test_how_things_stand_is_said_in_words_beside_colours():
    root = drawing(view=View("demo", {"L1-lobby"}, **NOW))[1]
    titles = {"".join(each.itertext()) for each in root.iter(f"{SVG}title")}
    assert any("L1-lobby: public" in each and "locked down, inside: amr-1, amr-2, amr-3" in each for each in titles)
    assert any("L1-lab-entrance" in each and "offline, door held" in each for each in titles)
    assert any("L1-lab-entrance locked, offline, door held" in each for each in texts(root))
    assert "amr-1 amr-2 +1" in texts(root)
    assert len([each for each in root.iter() if "trouble" in each.get("class", "")]) == 1
    assert len([each for each in root.iter() if each.get("class") == "barred"]) == 1


def test_without_colours_of_its_own_it_holds_nothing_that_a_strict_page_forbids():
    building = read_building(DEMO.read_text(), None)
    root = ET.fromstring(draw(building, derive_zones(building), View("demo", **NOW), styled=False))  # noqa: S314
    assert not list(root.iter(f"{SVG}style"))
    assert not [each for each in root.iter() if {"style", "onload", "href"} & set(each.keys())]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"&'", "]]>", "a\x07b", "\u202etxt"])
def test_hostile_names_stay_text(name):
    doors = {name: DoorView(online=True, trouble=True, words=(name,))}
    view = View(name, actor=name, zones={name: ZoneView(public=False, locked=True, inside=(name,))}, doors=doors)
    building = read_building(DEMO.read_text(), None)
    plan = derive_zones(building)
    plan = replace(plan, zones=tuple(replace(zone, id=name) for zone in plan.zones))
    plan = replace(plan, doors=tuple(replace(door, id=name) for door in plan.doors))
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
