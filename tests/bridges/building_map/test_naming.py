from nameplate.bridges.building_map.reader import read_building
from nameplate.bridges.building_map.zones import derive_zones
from tests.bridges.building_map.sketch import Sketch


def zones(drawing: Sketch) -> set[str]:
    return {zone.id for zone in derive_zones(read_building(drawing.text())).zones}


def test_a_room_is_called_after_the_place_in_it() -> None:
    drawing = Sketch().room(0, 0, 4, 4).door("entrance_7", (1, 4), (2, 4)).place("L1_lab", (2, 2))
    assert zones(drawing) == {"L1-lab", "L1-outside"}


def test_several_places_in_a_room_lend_what_they_have_in_common() -> None:
    drawing = Sketch().room(0, 0, 4, 4).door("d", (1, 4), (2, 4))
    assert "L1-bay" in zones(drawing.place("bay_1", (1, 1)).place("bay_2", (2, 2)))
    assert "L1-alpha" in zones(drawing.place("alpha", (3, 3)))


def test_a_room_without_places_is_called_after_its_doors() -> None:
    drawing = Sketch().room(0, 0, 4, 4).door("rm_3_outer", (1, 4), (2, 4)).door("rm_3_inner", (1, 0), (2, 0))
    assert zones(drawing) == {"L1-rm-3", "L1-outside"}


def test_a_door_names_the_smaller_room_and_the_other_gets_a_number() -> None:
    drawing = Sketch().room(0, 0, 4, 4).room(4, 0, 9, 4).door("store", (4, 1), (4, 2))
    assert zones(drawing) == {"L1-store", "L1-space-1"}


def test_spaces_with_many_doors_are_corridors_by_size() -> None:
    drawing = Sketch().room(0, 4, 20, 6).room(0, 10, 10, 12)
    for number in range(4):
        up, down = number * 5.0, number * 2.5
        drawing.room(up, 0, up + 4, 4).door(f"up_{number}", (up + 1, 4), (up + 2, 4))
        drawing.room(down, 12, down + 2, 14).door(f"down_{number}", (down + 0.5, 12), (down + 1.5, 12))
    found = zones(drawing)
    assert {"L1-corridor-1", "L1-corridor-2"} <= found
    plan = derive_zones(read_building(drawing.text()))
    area = {zone.id: zone.area for zone in plan.zones}
    assert area["L1-corridor-1"] > area["L1-corridor-2"]
    assert "L1-gallery" in zones(drawing.place("gallery", (10, 5)))


def test_equal_names_are_told_apart_by_number() -> None:
    drawing = Sketch().room(0, 0, 4, 4).room(5, 0, 9, 4).door("a", (1, 4), (2, 4)).door("b", (6, 4), (7, 4))
    assert zones(drawing.place("lab", (2, 2)).place("lab", (7, 2))) == {"L1-lab", "L1-lab-2", "L1-outside"}


def test_a_room_called_outside_is_not_the_outside() -> None:
    drawing = Sketch().room(0, 0, 4, 4).door("d", (1, 4), (2, 4)).place("outside", (2, 2))
    plan = derive_zones(read_building(drawing.text()))
    assert {zone.id: zone.outside for zone in plan.zones} == {"L1-outside": True, "L1-outside-2": False}
