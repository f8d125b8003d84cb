"""Later copies of the record may take away, and never give."""

import pytest
from hypothesis import given

from nameplate.domain.actors import State
from nameplate.domain.errors import Invalid
from nameplate.domain.holds import held
from nameplate.domain.registry import Registry, fold
from nameplate.flows.evidence import Evidence
from tests.domain.journal_records import actor, at, histories, key, order, put

OWNED = {"owner": "o", "purpose": "p", "state": "active"}
DECLARED = {"kind": "declared", "changes": [put(actor("amr-1", **OWNED)), put(actor("bot", **OWNED))]}
BEFORE = [DECLARED, key("amr-1", 1), {"kind": "caller", "name": "p", "token_hash": "aa", "simulate": False}]
BEFORE = [{"seq": seq, "at": at(seq)} | body for seq, body in enumerate(BEFORE, 1)]


def registry(records=BEFORE, *, restored=True):
    made = Registry()
    for record in records:
        fold(made, record)
    if restored:
        fold(made, {"kind": "restored", "seq": made.seq + 1, "at": at(90)})
    return made


def evidence(*bodies, last=3):
    found = Evidence("n1", last)
    for seq, body in enumerate(bodies, last + 1):
        found.take({"seq": seq, "at": at(seq)} | body)
    return found


def test_a_stop_is_ordered_again_with_its_cut_off():
    made = registry()
    (loss,) = evidence(order("quarantine", ["amr-1"], 7)).losses(made)
    assert (loss["to"], loss["cut_off"], loss["by"]) == ("quarantined", at(7), "restore")
    assert made.standings["amr-1"].state is State.QUARANTINED
    assert held(made.standings, made.restored_at) == ("bot",)


def test_what_let_an_actor_go_on_is_not_believed():
    made = registry()
    losses = list(evidence(order("suspend", ["amr-1"], 7), order("activate", ["amr-1"], 8)).losses(made))
    assert [loss["to"] for loss in losses] == ["suspended"]
    assert held(made.standings, made.restored_at) == ("bot",)


def test_a_unit_that_got_another_key_must_enrol_again():
    made = registry()
    (loss,) = evidence(key("amr-1", 2)).losses(made)
    standing = made.standings["amr-1"]
    assert standing.state is State.SUSPENDED
    assert standing.key == "amr-1-1"
    assert standing.cut_off is not None
    assert made.keys["amr-1-1"].bound_at <= standing.cut_off
    assert loss["reason"].endswith("another key was bound")
    assert held(made.standings, made.restored_at) == ("bot",)


def test_another_key_does_not_soften_a_stop():
    made = registry()
    list(evidence(order("quarantine", ["amr-1"], 7), key("amr-1", 2)).losses(made))
    assert made.standings["amr-1"].state is State.QUARANTINED
    made = registry()
    assert list(evidence(order("retire", ["amr-1"], 7), key("amr-1", 2)).losses(made))[1:] == []
    assert made.standings["amr-1"].state is State.RETIRED


def test_a_token_that_was_exchanged_is_void_and_one_that_was_not_stays():
    caller = {"kind": "caller", "name": "p", "simulate": False}
    made = registry()
    list(evidence(caller | {"token_hash": "bb"}).losses(made))
    assert made.callers["p"].token_hash == ""
    made = registry()
    assert list(evidence(caller | {"token_hash": "aa"}, caller | {"name": "q", "token_hash": "cc"}).losses(made)) == []
    assert made.callers.keys() == {"p"}


def test_an_actor_declared_and_stopped_since_is_declared_and_stopped():
    made, later = registry(), {"kind": "declared", "changes": [put(actor("amr-2", **OWNED))]}
    found = evidence(later, order("retire", ["amr-2", "stranger"], 7))
    assert [loss["kind"] for loss in found.losses(made)] == ["declared", "state"]
    assert made.standings["amr-2"].state is State.RETIRED
    assert (list(found.unknown), list(found.declared)) == (["stranger"], ["Actor amr-2"])


def test_what_the_backup_knows_itself_is_passed_over():
    made = registry()
    assert list(evidence(order("retire", ["amr-1"], 1), last=2).losses(made))
    assert list(evidence(order("retire", ["amr-1"], 1) | {"seq": 3}, last=3).losses(made)) == []


def test_card_numbers_given_since_are_never_given_again():
    card = {"pool": "pool", "format": "wiegand-26", "facility": 12, "number": 1001}
    found = evidence(key("amr-1", 2) | {"card": card})
    made = Registry()
    fold(made, {"kind": "restored", "seq": 1, "at": at(90), "cards": found.cards})
    assert made.cards["wiegand-26:12:1001"].withdrawn


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "state", "to": "active"},
        {"seq": "4", "at": at(4), "kind": "state"},
        {"seq": True, "at": at(4), "kind": "state"},
        {"seq": 4, "at": "noon", "kind": "state"},
        {"seq": 4, "at": at(4)},
    ],
)
def test_what_is_no_record_is_refused(record):
    with pytest.raises(Invalid):
        Evidence("n1", 3).take(record)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "state", "to": "gone", "actors": [{"id": "amr-1"}]},
        {"kind": "state", "to": "suspended", "actors": ["amr-1"]},
        {"kind": "state", "to": "suspended", "actors": [{"id": "amr-1"}], "cut_off": "noon"},
        {"kind": "key_bound"},
        {"kind": "caller"},
    ],
)
def test_a_record_that_was_altered_is_refused_with_its_number(body):
    with pytest.raises(Invalid, match="Record 4"):
        list(evidence(body).losses(registry()))


@given(histories(), histories())
def test_nobody_gains_anything_whatever_the_copies_say(before, after):
    made = registry(before, restored=False)
    known = {ident: standing.key for ident, standing in made.standings.items()}
    fold(made, {"kind": "restored", "seq": made.seq + 1, "at": at(99)})
    found = Evidence("n1", 0)
    for record in after:
        found.take(record)
    list(found.losses(made))
    assert all(standing.state is not State.ACTIVE for standing in made.standings.values())
    assert {ident: made.standings[ident].key for ident in known} == known
    assert not made.enrolments
    assert not made.offers


def test_a_zone_that_was_locked_is_locked_again_and_none_is_opened():
    made = registry()
    lock = {"kind": "zone_state", "order": "lock", "to": "locked", "zones": ["ward"], "by": "uid:0", "reason": "Smoke"}
    list(evidence(lock, lock | {"to": "open"}).losses(made))
    assert made.lockdowns.keys() == {"ward"}
