from dataclasses import replace

from nameplate.domain.actors import Standing, State
from nameplate.domain.holds import held, restore
from nameplate.domain.registry import Registry, fold
from tests.domain.journal_records import actor, at, key, order, put

ACTIVE = put(actor("amr-1", owner="o", purpose="p", state="active"))
RESTORED = {"kind": "restored", "former": "n1", "node": "n2"}


def told(*bodies):
    registry = Registry()
    for seq, body in enumerate(bodies, 1):
        fold(registry, {"seq": seq, "at": at(seq)} | body)
    return registry


def holds(registry):
    return held(registry.standings, registry.restored_at)


def test_who_was_active_is_held_and_nobody_else():
    registry = Registry(standings={str(state): Standing(state, since=1, key="k", counter=7) for state in State})
    before = dict(registry.standings)
    assert list(restore(registry, 9, ())) == [("standing", "active")]
    assert registry.standings.pop("active") == replace(before.pop("active"), state=State.SUSPENDED, since=9)
    assert registry.standings == before


def test_no_key_is_cut_off_and_every_code_is_void():
    offer = {"kind": "enrolment_offered", "actor": "amr-2", "code_hash": "aa", "expires_at": at(99), "by": "uid:0"}
    changes = {"kind": "declared", "changes": [ACTIVE, put(actor("amr-2"))]}
    registry = told(changes, key("amr-1", 1), offer, RESTORED)
    standing = registry.standings["amr-1"]
    assert (standing.state, standing.cut_off, standing.key) == (State.SUSPENDED, None, "amr-1-1")
    assert registry.standings["amr-2"].state is State.STAGED
    assert holds(registry) == ("amr-1",)
    assert (registry.enrolments, registry.offers) == ({}, {})


def test_who_is_ordered_something_since_is_not_held_any_more():
    declared = {"kind": "declared", "changes": [ACTIVE]}
    for name in ("suspend", "quarantine", "activate"):
        assert holds(told(declared, RESTORED, order(name, ["amr-1"], 9))) == ()
    assert holds(told(declared, order("suspend", ["amr-1"], 2), RESTORED)) == ()
    assert holds(told(declared, order("suspend", ["amr-1"], 2))) == ()
