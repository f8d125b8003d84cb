import asyncio

from nameplate.domain.notes import VerifierKey, origin_of
from nameplate.flows.checkpoint import keep_checkpoints
from tests.flows.heart import PATIENCE_S, WORLD, beating
from tests.journals.segments.samples import SIGNER


async def checkpoints(heart, expected):
    async with asyncio.timeout(PATIENCE_S):
        while len(heart.records("checkpoint")) < expected:
            await heart.ask()
    return heart.records("checkpoint")


def test_a_signed_checkpoint_of_what_is_durable_goes_into_the_journal_again_and_again(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            keeping = asyncio.create_task(keep_checkpoints(heart.journal, heart.ledger, 0.001))
            written = await checkpoints(heart, 3)
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            key = VerifierKey(origin_of("n1"), SIGNER.public_key)
            sizes = [int(record["note"].splitlines()[1]) for record in written]
            assert all(record["note"].startswith(f"{key.name}\n") for record in written)
            assert sizes == sorted(set(sizes))
            assert all(size < record["seq"] for size, record in zip(sizes, written, strict=True))

    asyncio.run(main())


def test_a_journal_in_which_nothing_happens_gets_none(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            keeping = asyncio.create_task(keep_checkpoints(heart.journal, heart.ledger, 0))
            for _ in range(200):
                await asyncio.sleep(0)
            assert heart.records("checkpoint") == []
            await checkpoints(heart, 1)
            await heart.ledger.commit({"kind": "mark"})
            after = len(await checkpoints(heart, 1))
            for _ in range(200):
                await asyncio.sleep(0)
            assert len(heart.records("checkpoint")) <= after + 1
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(main())


def test_while_the_journal_is_ill_none_is_made(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.fail("sync")
            await heart.ask()
            keeping = asyncio.create_task(keep_checkpoints(heart.journal, heart.ledger, 0))
            for _ in range(50):
                await asyncio.sleep(0)
            assert heart.records("checkpoint") == []
            await heart.recovered()
            assert await checkpoints(heart, 1)
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(main())
