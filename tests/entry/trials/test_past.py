import asyncio

from nameplate.boot import clocks
from nameplate.boot.history import Past
from nameplate.boot.timezones import is_timezone, transitions, wall
from nameplate.entry.trials import past
from nameplate.entry.trials.cases import Clockwork
from nameplate.entry.trials.past import lines, try_draft
from tests.boot.hearts import ask, deciding, declare
from tests.flows.heart import WORLD

CLOCKWORK = Clockwork(transitions, wall, is_timezone, clocks.wall)
NARROWER = "{kind: Contract, id: c, grants: [{actions: [read], resources: ['app:y']}]}"


def test_a_draft_is_tried_on_what_happened(tmp_path, monkeypatch):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD)
            for _ in range(3):
                await ask(parts)

    asyncio.run(main())
    monkeypatch.setattr(past, "PROGRESS", 2)
    said: list[str] = []
    found = try_draft(Past(tmp_path, 0), [("draft.yaml", NARROWER)], CLOCKWORK, 1, said.append)
    assert (found["counts"]["newly_denied"], found["counts"]["mismatches"]) == (3, 0)
    assert said == ["2 records, 2 answers changed"]
    told = lines(found)
    assert told[0].startswith("3 of 3 decisions compared since 1970-01-01T00:00:00Z")
    assert "amr-1  read app:x (not_in_contract)" in told[3]
    assert told[-1] == "6 answers compared with the reference: 0 differ."
