"""What every adapter of the `Store` port must do. Subclass it in the adapter's tests and give the fixture `place`.

`place()` opens the same store again and again.
"""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nameplate.domain.registry import Registry, fold
from tests.domain.journal_records import actor, at, decision, histories, key, put

STORY: list[dict[str, Any]] = [
    {
        "kind": "declared",
        "by": "uid:0",
        "changes": [put(actor("amr-1")), put({"kind": "Contract", "id": "c"}, revision=7)],
    },
    {"kind": "enrolment_offered", "actor": "amr-1", "code_hash": "c1", "expires_at": at(9), "by": "uid:0"},
    key("amr-1", 1, card=2**64 - 1),
    {"kind": "caller", "name": "p", "token_hash": "ab", "simulate": True, "public_key": "cd"},
    decision("amr-1", 1, 2**32 - 1),
    {"kind": "declared", "by": "uid:0", "changes": [{"op": "delete", "kind": "Contract", "id": "c"}]},
]


def folded(history):
    registry = Registry()
    for record in history:
        fold(registry, record)
    return registry


class StoreSuite:
    def test_a_new_store_is_empty(self, place):
        assert place().load() == Registry()

    def test_everything_of_a_registry_is_kept(self, place):
        registry, store = Registry(), place()
        for seq, body in enumerate(STORY, 1):
            store.save(registry, fold(registry, {"seq": seq, "at": at(seq)} | body), seq)
            assert store.load() == registry
        store.close()
        assert place().load() == registry
        assert registry.seq == len(STORY)

    def test_a_registry_that_stands_elsewhere_is_not_saved(self, place):
        with pytest.raises(ValueError, match="stands at record 3"):
            place().save(Registry(seq=3), (), 4)
        assert place().load().seq == 0

    def test_a_save_without_changes_only_counts(self, place):
        place().save(Registry(seq=41), (), 41)
        assert place().load() == Registry(seq=41)

    @given(histories(), st.data())
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
    def test_saved_at_any_points_and_replayed_it_is_what_the_journal_says(self, fresh_place, history, data):
        place, registry = fresh_place(), Registry()
        marks = sorted(data.draw(st.sets(st.integers(0, len(history)))) | {0})
        for start, end in pairwise(marks):
            touched = [each for record in history[start:end] for each in fold(registry, record)]
            place().save(registry, touched, end)
            assert place().load() == folded(history[:end])
        later = place().load()
        for record in history[later.seq :]:
            fold(later, record)
        assert later == folded(history)
