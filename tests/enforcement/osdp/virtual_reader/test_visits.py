from nameplate.domain.outcomes import Happening
from nameplate.enforcement.osdp.crossing import Grant
from nameplate.enforcement.osdp.virtual_reader.visits import Visits

GRANT = Grant("amr-1", "d-1", "r1", "hall", "ward")


def begun(open_s=5.0):
    visits = Visits(open_s)
    visits.begin(GRANT, 0.0, 4.0)
    return visits


def told(seen):
    return [(each.happening, each.grant and each.grant.actor) for each in seen]


def test_the_grant_ends_with_the_passage():
    visits = begun()
    assert told(visits.leaf(1.0, is_open=True)) == [(Happening.DOOR_OPENED, "amr-1")]
    assert not visits.free_for("amr-2", "r1")
    assert told(visits.leaf(9.0, is_open=False)) == [(Happening.PASSAGE, "amr-1"), (Happening.DOOR_CLOSED, "amr-1")]
    assert visits.free_for("amr-2", "r1")


def test_one_that_nobody_used_lapses_and_is_told_only_where_the_leaf_can_be_seen():
    blind, seeing = begun(), begun()
    seeing.leaf(0.1, is_open=False)
    assert told(blind.tick(9.9)) == told(seeing.tick(9.9)) == []
    assert told(blind.tick(10.1)) == []
    assert told(seeing.tick(10.1)) == [(Happening.NO_PASSAGE, "amr-1")]
    assert blind.free_for("amr-2", "r1")
    assert told(seeing.tick(11)) == []


def test_a_crossing_under_way_never_lapses():
    visits = begun()
    visits.leaf(1.0, is_open=True)
    assert told(visits.tick(1000.0)) == []
    assert visits.grant == GRANT


def test_people_come_and_go_without_a_grant():
    visits = Visits(5.0)
    assert told(visits.leaf(1.0, is_open=True)) == [(Happening.DOOR_OPENED, None)]
    assert told(visits.leaf(1.5, is_open=True)) == []
    assert told(visits.leaf(2.0, is_open=False)) == [(Happening.DOOR_CLOSED, None)]


def test_an_opening_after_a_refusal_or_too_late_is_not_the_robots():
    refused, late = begun(), begun()
    refused.refused()
    for visits in (refused, late):
        assert told(visits.leaf(11.0, is_open=True)) == [(Happening.DOOR_OPENED, None)]
        assert told(visits.leaf(12.0, is_open=False)) == [(Happening.DOOR_CLOSED, None)]


def test_the_same_unit_at_the_same_reader_may_ask_again():
    visits = begun()
    assert visits.free_for("amr-1", "r1")
    assert not visits.free_for("amr-1", "r2")
