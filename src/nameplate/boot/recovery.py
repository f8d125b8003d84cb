"""Going on after a loss."""

import asyncio
from contextlib import closing
from pathlib import Path

from .deciding import node_name, open_keys
from .layout import require_layout
from .node_key import open_journal
from .paths import Paths
from .settings import Settings


def accept_cut(data: Path) -> int:
    """Go on after a loss: a record says which numbers are gone. Returns the last record. The server must be down."""
    return asyncio.run(_accept_cut(Settings.read(data=data)))


async def _accept_cut(settings: Settings) -> int:
    paths = Paths(settings.data)
    require_layout(paths)
    with closing(open_keys(paths, settings)) as keys:
        journal = open_journal(paths, node_name(paths), keys, accept_cut=True)
        try:
            return journal.next_seq - 1
        finally:
            await journal.close()
