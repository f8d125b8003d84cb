from datetime import date

from nameplate.domain.points import Exemption, Point
from nameplate.domain.rollouts import HOUR_US, Declared, Noted, Place, Tally, held_since

DECISION = {
    "seq": 7,
    "at": "2026-11-22T10:30:00.000000Z",
    "kind": "decision",
    "decision_id": "n-7",
    "decision": "permit",
    "reason": "observed",
    "reasons": ["observed", "window", "task"],
    "actor": "amr-1",
    "action": "enter",
    "resource": "door:d",
    "target": "zone:ward",
    "point": "gate",
}
AT = 1_795_343_400_000_000
PLACE = Place("gate", "amr-1", "enter", "door:d", "zone:ward", "observe", "window")
FAR = date(2090, 1, 1)


def noted(*records):
    found = Noted()
    for record in records:
        found.note(record)
    return found


def test_what_would_have_been_refused_is_counted_by_the_hour():
    later = DECISION | {"at": "2026-11-22T10:59:59.999999Z", "decision_id": "n-8"}
    found = noted(DECISION, later, later | {"at": "2026-11-22T11:00:00.000000Z", "decision_id": "n-9"})
    hour = AT - 30 * 60_000_000
    assert found.refusals == {
        (hour, PLACE): Tally(2, AT, hour + HOUR_US - 1, "n-8"),
        (hour + HOUR_US, PLACE): Tally(1, hour + HOUR_US, hour + HOUR_US, "n-9"),
    }
    found.clear()
    assert found.refusals == {}


def test_a_warning_counts_under_its_mode_and_plain_decisions_and_simulations_do_not():
    warned = DECISION | {"reason": "warned", "reasons": ["warned", "rate"]}
    ((_, place),) = noted(warned).refusals
    assert (place.mode, place.reason) == ("warn", "rate")
    others = ({"reason": "granted"}, {"reason": "window", "decision": "deny"}, {"simulated": True}, {"kind": "outcome"})
    assert noted(*(DECISION | each for each in others)).refusals == {}


def test_each_declaration_of_a_point_is_noted():
    doc = {"kind": "Point", "id": "gate", "type": "authzen", "mode": {"default": "observe", "until": "2090-01-01"}}
    changes = [{"op": "put", "doc": doc}, {"op": "put", "doc": {"kind": "Zone", "id": "gate"}}]
    gone = [{"op": "delete", "kind": "Point", "id": "gate"}, {"op": "delete", "kind": "Zone", "id": "gate"}]
    record = {"seq": 1, "at": DECISION["at"], "kind": "declared"}
    found = noted(record | {"changes": changes}, record | {"seq": 2, "changes": gone})
    spec = Point("gate", "authzen", "default", default_mode="observe", until=FAR)
    assert found.declared == [Declared("gate", 1, AT, spec), Declared("gate", 2, AT, None)]


def test_a_mode_is_as_old_as_its_last_change():
    observing = Point("gate", "authzen", "clinic", observe=(Exemption(("door:*",), FAR),))
    enforcing = Point("gate", "authzen", "clinic")
    warning = Point("gate", "authzen", "clinic", warn=(Exemption(("door:d",), FAR),), observe=observing.observe)
    history = [Declared("gate", at, at, spec) for at, spec in enumerate((observing, enforcing, observing, warning), 1)]
    assert held_since(history, "door:e") == 3
    assert held_since(history, "door:d") == 4
    assert held_since(history[:3], "door:d") == 3
    assert held_since(history, "app:x") == 1
    assert held_since([*history, Declared("gate", 5, 5, None), Declared("gate", 6, 6, observing)], "door:e") == 6
    assert held_since([], "door:d") is None
