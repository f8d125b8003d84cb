import asyncio

import pytest

from nameplate.boot.history import Past
from nameplate.domain.errors import NotFound
from tests.boot.hearts import ask, deciding, declare
from tests.flows.heart import WORLD
from tests.flows.test_prune import aged

ZONES = ({"kind": "Zone", "id": "hall"}, {"kind": "Zone", "id": "ward"})
DOOR = {"kind": "Door", "id": "d", "joins": ["hall", "ward"]}


def passage(start, end):
    told = {"kind": "outcome", "point": "p", "happening": "passage", "actor": "amr-1", "door": "d", "detail": {}}
    return told | {"from_zone": start, "to_zone": end}


def test_the_past_begins_at_its_time_with_where_everybody_was(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD, *ZONES, DOOR)
            await parts.ledger.commit(passage("hall", "ward"))
            first = await ask(parts)
            await asyncio.sleep(0.01)
            second = await ask(parts)
            await parts.ledger.commit(passage("ward", "hall"))
            return first, second

    first, second = asyncio.run(main())
    whole, late = Past(tmp_path, 0), Past(tmp_path, second.at)
    assert [each["kind"] for each in whole.records()] == ["outcome", "decision", "decision", "outcome"]
    assert [each.get("decision_id") for each in late.records()] == [second.decision_id, None]
    assert first.decision_id
    assert late.zones["amr-1"] == "ward"
    assert late.registry.standings["amr-1"].zone == "hall"
    assert late.registry.contracts.keys() == {"c"}


def test_of_a_pruned_journal_the_past_is_what_is_left_and_the_state_is_whole(tmp_path):
    async def main():
        async with aged(tmp_path / "journal") as (heart, pruner):
            await heart.ledger.commit(passage("hall", "ward"))
            await heart.ledger.commit(passage("ward", "hall"))
            await pruner.prune(heart.now, "system")
            second = await heart.ask()
            await heart.ledger.commit(passage("hall", "yard"))
            return heart.registry, second

    registry, last = asyncio.run(main())
    whole, late = Past(tmp_path, 0), Past(tmp_path, last.at)
    for past in (whole, late):
        assert (past.registry.actors, past.registry.standings) == (registry.actors, registry.standings)
        assert past.registry.contracts == registry.contracts
        assert last.decision_id in {each.get("decision_id") for each in past.records()}
    assert whole.zones == {"amr-1": "hall"}


def test_there_must_be_a_journal(tmp_path):
    with pytest.raises(NotFound):
        Past(tmp_path, 0)
