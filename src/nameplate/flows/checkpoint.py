"""Signed checkpoints into the journal, and through it to every sink: a copy of the journal's size lies outside."""

import asyncio

from nameplate.ports.journal import Journal
from nameplate.ports.ledger import Ledger

DAY_US = 86_400_000_000


async def keep_checkpoints(journal: Journal, ledger: Ledger, seconds: float) -> None:
    """Every so many seconds, if there is anything new. For ever. The first of a day (UTC) says so: `daily`."""
    covered, day = journal.next_seq - 1, -1
    while True:
        await asyncio.sleep(seconds)
        if journal.healthy and journal.checkpoint().size > covered:
            record = {"kind": "checkpoint", "note": journal.signed_checkpoint().decode()}
            former, day = day, journal.checkpoint().at // DAY_US
            ledger.note({**record, "daily": True} if day != former else record)
            covered = journal.next_seq - 1
