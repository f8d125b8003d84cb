import asyncio

import pytest

from nameplate.domain.errors import Conflict, NotFound, Refused
from nameplate.flows.succeed import approve_succession
from tests.flows.heart import WORLD, beating, robot

HEIR = robot(
    "amr-1b", unit={"manufacturer": "Acme", "model": "T3", "serial": "amr-1"}, succeeds="amr-1", state="staged"
)


def test_a_successor_acts_only_once_somebody_has_approved_it(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            await heart.order("retire", "amr-1")
            await heart.declare(HEIR)
            with pytest.raises(Refused, match="nobody has approved"):
                await heart.order("activate", "amr-1b")
            assert not (await heart.ask("amr-1b")).permit
            former = await approve_succession(heart.registry, heart.ledger, "amr-1b", "uid:0", "new control board")
            assert former == "amr-1"
            assert not (await heart.ask("amr-1b")).permit  # approved is not yet active
            await heart.order("activate", "amr-1b")
            assert (await heart.ask("amr-1b")).permit
            (record,) = heart.records("succession_approved")
            assert {name: record[name] for name in ("actor", "succeeds", "by", "reason")} == {
                "actor": "amr-1b",
                "succeeds": "amr-1",
                "by": "uid:0",
                "reason": "new control board",
            }
            assert heart.replayed().successions == {"amr-1b": "amr-1"}

    asyncio.run(main())


def test_one_unapproved_successor_among_several_activates_none(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, robot("amr-2", state="staged")) as heart:
            await heart.order("retire", "amr-1")
            await heart.declare(HEIR)
            with pytest.raises(Refused):
                await heart.order("activate", "amr-2", "amr-1b")
            assert heart.registry.standings["amr-2"].state == "staged"

    asyncio.run(main())


def test_what_needs_no_approval_or_has_it_is_refused(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            approve = lambda actor, reason="r": approve_succession(  # noqa: E731 - four times the same call
                heart.registry, heart.ledger, actor, "uid:0", reason
            )
            with pytest.raises(NotFound):
                await approve("nobody")
            with pytest.raises(Conflict):
                await approve("amr-1")
            await heart.order("retire", "amr-1")
            await heart.declare(HEIR)
            with pytest.raises(Refused):
                await approve("amr-1b", " ")
            await approve("amr-1b")
            with pytest.raises(Conflict):
                await approve("amr-1b")

    asyncio.run(main())
