import pytest

from nameplate.domain.actors import Standing, State
from nameplate.domain.floor_views import LISTED, DoorView, ZoneView, door_views, zone_views
from nameplate.domain.registry import Registry, fold
from tests.domain.journal_records import at

CHANNEL = {"door": "d", "to": "pty:/x"}
DOCS = [
    {"kind": "Zone", "id": "hall", "site": "default", "public": True},
    {"kind": "Zone", "id": "ward", "site": "default"},
    {"kind": "Zone", "id": "yard", "site": "depot"},
    {"kind": "Door", "id": "d", "site": "default", "joins": ["hall", "ward"]},
    {"kind": "Door", "id": "e", "site": "default", "joins": ["hall", "ward"]},
    {"kind": "Zone", "id": "street", "site": "depot"},
    {"kind": "Door", "id": "f", "site": "depot", "joins": ["yard", "street"]},
]


def world(*docs):
    registry = Registry()
    changes = [{"op": "put", "doc": doc} for doc in (*DOCS, *docs)]
    fold(registry, {"kind": "declared", "seq": 1, "at": at(1), "changes": changes})
    return registry


def point(**more):
    return {"kind": "Point", "id": "p", "type": "osdp", "channels": [CHANNEL]} | more


def views(registry, connected=("p",), *, over=False):
    return door_views(registry, "default", connected, lambda *_: over)


def test_only_what_the_site_has_is_told():
    registry = world()
    assert set(zone_views(registry, "default")) == {"hall", "ward"}
    assert set(views(registry)) == {"d", "e"}
    assert (zone_views(registry, "nowhere"), door_views(registry, "nowhere", (), lambda *_: False)) == ({}, {})


def test_a_door_is_online_as_its_point_is():
    registry = world(point())
    assert views(registry) == {"d": DoorView(True, False, ("online",)), "e": DoorView(None, False, ("no point",))}
    assert views(registry, ())["d"] == DoorView(False, True, ("offline",))


def test_lockdown_and_fire_are_told_at_zone_and_door():
    registry = world(point())
    fold(
        registry,
        {"kind": "zone_state", "seq": 2, "at": at(2), "to": "locked", "zones": ["ward"], "by": "x", "reason": "r"},
    )
    registry.fires["d"] = "default"
    assert views(registry)["d"].words == ("online", "locked down", "released by fire alarm")
    assert zone_views(registry, "default")["ward"].words == ("locked down",)


def test_open_alarms_are_told_until_their_cause_is_over():
    registry = world(point())
    raised = {"kind": "alarm", "alarm": "al-2", "state": "raised", "name": "door_held", "severity": "medium"}
    fold(registry, {**raised, "seq": 2, "at": at(2), "title": "t", "text": "t", "site": "default", "door": "d"})
    assert views(registry)["d"] == DoorView(True, True, ("online", "door held"))
    fold(registry, {"kind": "outcome", "seq": 3, "at": at(3), "happening": "door_closed", "door": "d", "point": "p"})
    assert views(registry)["d"] == DoorView(True, False, ("online",))


def test_a_door_whose_reader_is_not_seen_is_offline_whatever_its_point_is():
    registry = world(point())
    raised = {"kind": "alarm", "alarm": "al-2", "state": "raised", "name": "reader_offline", "severity": "medium"}
    fold(registry, {**raised, "seq": 2, "at": at(2), "title": "t", "text": "t", "site": "default", "door": "d"})
    assert views(registry)["d"] == DoorView(False, True, ("offline", "reader offline"))


@pytest.mark.parametrize(("over", "words"), [(False, ("online", "observe only")), (True, ("online",))])
def test_a_mode_that_only_looks_is_told_while_it_lasts(over, words):
    mode = {"default": "enforce", "observe": [{"resources": ["door:d"], "until": "2027-01-31"}]}
    assert views(world(point(mode=mode)), over=over)["d"].words == words


def test_who_is_inside_is_named_and_beyond_a_few_counted():
    registry = world()
    for number in range(LISTED + 2):
        registry.standings[f"amr-{number}"] = Standing(State.ACTIVE, 0, None, zone="ward")
    found = zone_views(registry, "default")["ward"]
    assert len(found.inside) == LISTED + 2
    assert found.words == ("inside: amr-0, amr-1, amr-2, amr-3, amr-4, amr-5 and 2 more",)
    assert ZoneView(public=False, locked=False, inside=()).words == ()
