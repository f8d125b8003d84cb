import pytest
from hypothesis import given

from nameplate.domain.registry import Registry, fold
from nameplate.flows.snapshot import everything
from nameplate.stores.sqlite.rows import KEPT
from tests.domain.journal_records import histories


@given(histories())
def test_every_row_is_restored_to_what_it_was_made_of(history):
    registry, restored = Registry(), Registry()
    touched = {each for record in history for each in fold(registry, record)}
    for kind, ident in touched:
        row = KEPT[kind].row(registry, ident)
        if row is not None:
            assert list(row) == list(KEPT[kind].table.c.keys())
            KEPT[kind].restore(restored, tuple(row.values()))
    restored.seq, restored.restored_at = registry.seq, registry.restored_at
    assert restored == registry


@given(histories())
def test_everything_is_all_that_there_is(history):
    registry, restored = Registry(), Registry()
    for record in history:
        fold(registry, record)
    for kind, ident in everything(registry):
        row = KEPT[kind].row(registry, ident)
        assert row is not None
        KEPT[kind].restore(restored, tuple(row.values()))
    restored.seq, restored.restored_at = registry.seq, registry.restored_at
    assert restored == registry


@pytest.mark.parametrize("kind", KEPT)
def test_what_is_not_there_has_no_row(kind):
    assert KEPT[kind].row(Registry(), "nobody") is None
