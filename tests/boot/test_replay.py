import asyncio
import json

import pytest

from nameplate.boot.replay import recount_permits, replay
from nameplate.boot.timezones import transitions
from nameplate.domain.errors import Invalid
from nameplate.domain.index import Index
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.journals.segments import JournalPrunedMeanwhile
from tests.flows.heart import CONTRACT, READ, beating, declared, robot
from tests.journals.segments.samples import AT, open_journal, pruned_when_opened, write

HOUR_US = 3_600_000_000
RATED = CONTRACT | {"grants": [{"actions": ["list"], "resources": ["app:x"]}, READ | {"rate": "2/h"}]}
QUESTION = AccessRequest("amr-1", "read", "app:x", AT)


def permit(**more):
    usual = {"kind": "decision", "decision": "permit", "reason": "granted", "actor": "amr-1", "grant": 1}
    return usual | {"contract_revision": "c@1"} | more


def left(folder, told, now=AT):
    """How many permits are left after a start at `now`, with these records (and their times) in the journal."""

    async def main():
        journal = open_journal(folder)
        start = declared(RATED, robot())
        for record, at in [(start, AT - 9 * HOUR_US), *told]:
            await journal.append(json.dumps(record).encode().replace(b'": ', b'":').replace(b", ", b","), at)
        await journal.close()

    asyncio.run(main())
    registry, index = Registry(), Index(transitions)
    assert replay(registry, folder) == len(told) + 1
    index.fill(registry)
    recount_permits(index, registry, folder, now, 5000.0)
    given = 0
    while given < 5 and (verdict := index.decide(QUESTION, 5000.0)).permit:
        index.count_permit(verdict, "amr-1", 5000.0)
        given += 1
    return given


def test_permits_within_the_period_count_and_older_ones_do_not(tmp_path):
    assert left(tmp_path / "none", []) == 2
    assert left(tmp_path / "one", [(permit(), AT - HOUR_US // 2)]) == 1
    assert left(tmp_path / "two", [(permit(), AT - HOUR_US // 2), (permit(), AT - 1)]) == 0
    assert left(tmp_path / "old", [(permit(), AT - 2 * HOUR_US), (permit(), AT - HOUR_US - 1)]) == 2
    many = [(permit(), AT - HOUR_US * (90 - n) // 30) for n in range(90)]
    assert left(tmp_path / "many", many) == 0


def test_a_permit_under_an_earlier_revision_counts_for_the_grant_in_its_place(tmp_path):
    assert left(tmp_path / "earlier", [(permit(contract_revision="c@0"), AT - 1)]) == 1
    assert left(tmp_path / "another", [(permit(contract_revision="d@1"), AT - 1)]) == 2
    assert left(tmp_path / "elsewhere", [(permit(contract_revision="c@0", grant=0), AT - 1)]) == 2


@pytest.mark.parametrize(
    "other",
    [
        permit(simulated=True),
        permit(decision="deny"),
        permit(actor="amr-2"),
        permit(grant=0),
        permit(reason="public_zone", grant=-1),
        permit(kind="finding"),
    ],
)
def test_what_was_no_permit_of_this_actor_under_this_grant_does_not_count(tmp_path, other):
    assert left(tmp_path, [(other, AT - 1)] * 3) == 2


def test_a_start_applies_only_what_the_tables_lack(tmp_path):
    async def main():
        async with beating(tmp_path, CONTRACT, robot()) as heart:
            await heart.order("suspend", "amr-1")
            await heart.order("repair", "amr-1")
            registry = Registry()
            assert replay(registry, tmp_path) == 3
            assert registry.standings == heart.registry.standings
            assert replay(registry, tmp_path) == 0

    asyncio.run(main())


def test_a_record_that_cannot_be_applied_stops_the_start_and_says_which_it_was(tmp_path):
    async def main():
        async with beating(tmp_path) as heart:
            await heart.journal.append(b'{"kind":"state","order":"suspend"}', AT)

    asyncio.run(main())
    with pytest.raises(Invalid, match="Record 1"):
        replay(Registry(), tmp_path)


def test_a_start_never_goes_on_behind_a_gap(tmp_path, monkeypatch):
    write(tmp_path, 60)
    pruned_when_opened(monkeypatch, tmp_path)
    registry = Registry()
    with pytest.raises(JournalPrunedMeanwhile):
        replay(registry, tmp_path)
    assert registry.seq == 0


def test_a_journal_without_rates_is_not_searched(tmp_path):
    registry, index = Registry(), Index(transitions)
    recount_permits(index, registry, tmp_path / "not there", AT, 0.0)
