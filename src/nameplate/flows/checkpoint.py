"""Signed checkpoints into the journal, and through it to every sink: a copy of the journal's size lies outside."""

import asyncio

from nameplate.ports.journal import Journal
from nameplate.ports.ledger import Ledger


async def keep_checkpoints(journal: Journal, ledger: Ledger, seconds: float) -> None:
    """Every so many seconds, if there is anything new. For ever."""
    covered = journal.next_seq - 1
    while True:
        await asyncio.sleep(seconds)
        if journal.healthy and journal.checkpoint().size > covered:
            ledger.note({"kind": "checkpoint", "note": journal.signed_checkpoint().decode()})
            covered = journal.next_seq - 1
