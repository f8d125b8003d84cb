"""One alarm for one thing, however often it happens, until somebody has seen it and it is over."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain import alarms
from nameplate.domain.alarms import MEANINGS, AlarmBook, cause_of, ended_by, remedy
from nameplate.domain.outcomes import Happening

RAISED = {"kind": "alarm", "state": "raised", "severity": "high", "title": "t", "text": "x", "door": "d"}


def outcome(happening, door="d", **more):
    return {"kind": "outcome", "point": "p", "happening": happening, "door": door} | more


def book(*records):
    kept = AlarmBook()
    for at, bare in enumerate(records):
        record = {"seq": at + 1} | bare
        kept.told(record, at) if record["kind"] == "alarm" else kept.happened(record, at)
    return kept


def raised(ident="a1", name="door_forced"):
    return RAISED | {"alarm": ident, "name": name}


def seen(ident="a1"):
    return {"kind": "alarm", "alarm": ident, "state": "acknowledged", "by": "uid:0", "reason": "wind"}


def test_what_repeats_while_it_is_open_is_counted():
    kept = book(
        outcome("door_forced"), raised(), outcome("door_closed"), outcome("door_forced"), outcome("door_forced")
    )
    alarm = kept.by_id["a1"]
    assert (alarm.count, alarm.raised_at, alarm.last_at, alarm.cleared_at) == (3, 1, 4, None)


def test_the_same_elsewhere_or_something_else_there_is_another_alarm():
    kept = book(raised(), outcome("door_forced", "elsewhere"), outcome("tamper"))
    assert kept.by_id["a1"].count == 1


@pytest.mark.parametrize("order", [[seen(), outcome("door_closed")], [outcome("door_closed"), seen()]])
def test_an_alarm_is_closed_when_it_was_seen_and_is_over(order):
    half, kept = book(raised(), order[0]), book(raised(), *order)
    assert (half.by_id["a1"].closed, kept.by_id["a1"].closed) == (False, True)
    assert (len(half.open), len(kept.open)) == (1, 0)
    assert (kept.by_id["a1"].by, kept.by_id["a1"].reason) == ("uid:0", "wind")


def test_what_has_no_end_is_over_when_it_was_seen():
    assert book(raised(name="cloned_key")).open
    assert not book(raised(name="cloned_key"), seen()).open


def test_nothing_changes_an_alarm_that_is_closed_and_the_next_time_is_a_new_one():
    kept = book(raised(), seen(), outcome("door_closed"), outcome("door_forced"), seen(), raised("a2"))
    assert (kept.by_id["a1"].count, list(kept.open.values())) == (1, ["a2"])


def test_two_that_are_raised_at_once_are_one():
    kept = book(raised("a1"), raised("a2"))
    assert (list(kept.by_id), kept.by_id["a1"].count) == (["a1"], 2)


def test_a_record_that_is_applied_twice_counts_once():
    kept = book(raised())
    for record in ({"seq": 7} | outcome("door_forced"), {"seq": 8} | raised("a2"), {"seq": 8} | raised("a1")):
        for _ in range(2):
            kept.told(record, 9) if record["kind"] == "alarm" else kept.happened(record, 9)
    assert (kept.by_id["a1"].count, len(kept.by_id)) == (3, 1)


def test_an_alarm_that_nobody_knows_cannot_be_seen_or_cleared():
    assert book(seen("nobody"), {"kind": "alarm", "alarm": "nobody", "state": "cleared"}) == AlarmBook()


def test_only_closed_ones_are_forgotten_and_the_oldest_first(monkeypatch):
    monkeypatch.setattr(alarms, "KEPT_CLOSED", 2)
    numbers = count()
    kept, gone = book(raised("open", "tamper")), list[str]()
    for _ in range(4):
        ident = f"c{next(numbers)}"
        kept.told(raised(ident, "cloned_key"), 10 + int(ident[1:]))
        gone = kept.told(seen(ident), 99)
    assert sorted(kept.by_id) == ["c2", "c3", "open"]
    assert gone == ["c3", "c1"]


@pytest.mark.parametrize("happening", ["door_forced", "door_held"])
def test_a_door_that_a_fire_alarm_releases_raises_nothing(happening):
    assert cause_of(outcome(happening, detail={"fire": True})) is None
    assert cause_of(outcome(happening, detail={})) is not None


@pytest.mark.parametrize(
    ("severity", "raises"), [("info", False), ("low", False), ("medium", False), ("high", True), ("critical", True)]
)
def test_grave_findings_are_alarms_and_others_are_not(severity, raises):
    finding = {"kind": "finding", "finding": "relay", "severity": severity, "text": "t", "actor": "amr-1", "door": "d"}
    cause = cause_of(finding)
    assert (cause is not None) is raises
    assert cause is None or cause.key == ("relay", "d", "amr-1")


def test_each_alarm_says_what_to_do_and_what_ends_it_is_no_alarm():
    assert all(remedy(name) for name in [*MEANINGS, "point_down", "anything"])
    ends = {end for meaning in MEANINGS.values() for end in meaning.ended_by}
    assert not ends & set(MEANINGS)


@given(st.sampled_from(list(Happening)), st.text(max_size=5))
def test_whatever_happens_is_understood(happening, door):
    record = outcome(happening, door)
    assert cause_of(record) is None or happening in MEANINGS
    assert all(key[1] == (door or "p") for key in ended_by(record))
