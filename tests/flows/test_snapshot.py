"""A snapshot says the whole state, whatever the state has come to hold."""

from dataclasses import fields

import msgspec
import pytest
from hypothesis import given

from nameplate.domain.errors import Invalid
from nameplate.domain.registry import Registry, fold
from nameplate.flows import snapshot
from nameplate.flows.snapshot import frozen, parts, whole
from tests.domain.journal_records import actor, histories, put


def made(history):
    registry = Registry()
    for record in history:
        fold(registry, record)
    return registry


def written(registry):
    """The parts as a journal gives them back."""
    return [msgspec.json.decode(msgspec.json.encode(part)) for part in parts(registry)]


@given(histories())
def test_what_is_read_from_it_is_the_state(history):
    registry = made(history)
    assert whole(written(registry)) == registry


@given(histories(), histories())
def test_folding_on_from_it_gives_what_folding_everything_gives(before, after):
    registry = made(before)
    state = whole(written(registry))
    assert state is not None
    for record in after:
        later = record | {"seq": registry.seq + 1}
        assert fold(registry, later) == fold(state, later)
    assert state == registry


def test_a_large_state_comes_in_parts_and_a_lost_one_does_not_count(monkeypatch):
    monkeypatch.setattr(snapshot, "PART_BYTES", 200)
    changes = [put(actor("bot")), put({"kind": "Zone", "id": "a"}), put({"kind": "Zone", "id": "b"})] * 2
    registry = made([{"seq": 1, "at": "2026-11-22T00:00:00Z", "kind": "declared", "changes": changes}])
    records = written(registry)
    assert len(records) > 3
    assert whole(records) == registry
    for lost in range(len(records)):
        assert whole(records[:lost] + records[lost + 1 :]) is None
    # A later attempt that a crash cut short does not hide the one before.
    assert whole([*records, *[part | {"of": 9} for part in records[:-1]]]) == registry
    # One that was cut short and done again does not mix.
    assert whole([*records[:2], *records]) == registry


def test_it_stays_as_it_was_when_the_registry_goes_on():
    record = {"seq": 1, "at": "2026-11-22T00:00:00Z", "kind": "declared", "changes": [put(actor("bot"))]}
    registry = made([record])
    state = frozen(registry, 7)
    fold(registry, record | {"seq": 2, "changes": [put(actor("amr-1"))]})
    assert (list(state.actors), state.seq) == (["bot"], 7)
    for each in fields(Registry):
        value = getattr(registry, each.name)
        assert not isinstance(value, dict) or value is not getattr(state, each.name)


@pytest.mark.parametrize("change", [{"table": "walls"}, {"rows": {"x": {}}}, {"restored_at": "noon"}])
def test_what_this_version_cannot_have_written_is_refused(change):
    registry = made([{"seq": 1, "at": "2026-11-22T00:00:00Z", "kind": "declared", "changes": [put(actor("bot"))]}])
    records = written(registry)
    records[0] |= change
    with pytest.raises(Invalid):
        whole(records)
