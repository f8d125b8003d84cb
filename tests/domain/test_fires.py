from nameplate.domain.fires import forget, happened
from nameplate.domain.places import Door
from nameplate.domain.points import Channel, Point

DOORS = {"d": Door("d", "clinic", ("a", "b"))}


def outcome(happening, door="d"):
    return {"happening": happening, "door": door}


def test_a_fire_stands_for_the_site_of_its_door_until_it_is_over():
    fires: dict[str, str] = {}
    assert happened(fires, DOORS, outcome("fire")) == ["d"]
    assert fires == {"d": "clinic"}
    assert happened(fires, DOORS, outcome("door_opened")) == []
    assert happened(fires, DOORS, outcome("fire_cleared")) == ["d"]
    assert fires == {}
    assert happened(fires, DOORS, outcome("fire_cleared")) == happened(fires, DOORS, outcome("fire", "x")) == []


def test_a_fire_whose_end_nobody_would_report_is_forgotten():
    wired = Point("p", "osdp", "clinic", (Channel("d", "pty:/x", fire_input=3),))
    bare = Point("p", "osdp", "clinic", (Channel("d", "pty:/x"),))
    assert forget({"d": "clinic"}, DOORS, [wired]) == []
    assert forget({"d": "clinic"}, DOORS, [bare]) == forget({"d": "clinic"}, {}, [wired]) == ["d"]
