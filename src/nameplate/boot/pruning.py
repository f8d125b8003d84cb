"""Wiring of pruning: the files of the journal for the flow, and pruning without a server."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nameplate.domain.errors import Invalid
from nameplate.flows.prune import Pruned, Pruner
from nameplate.flows.snapshot import taken
from nameplate.journals.segments import JournalBroken
from nameplate.journals.segments.format import list_segments
from nameplate.journals.segments.pruning import Prunable, prunable, remove_before
from nameplate.journals.segments.succession import KIND, handovers

from . import clocks
from .deciding import Deciding, assemble
from .layout import require_layout
from .paths import Paths
from .settings import Settings

LOOK_EVERY_S = 3600.0


class SegmentFiles:
    """The `Segments` of the flow."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def prunable(self, before: int, last: int) -> Sequence[Prunable]:
        """See `Segments`. Raises JournalBroken."""
        try:
            return prunable(self._directory, before, last)
        except ValueError as error:
            raise JournalBroken("a segment", 1, str(error)) from error

    def handovers(self) -> Sequence[Mapping[str, Any]]:
        """See `Segments`."""
        return [{"kind": KIND, **each.members()} for each in handovers(list_segments(self._directory))]

    def remove_before(self, seq: int) -> int:
        """See `Segments`."""
        return remove_before(self._directory, seq)


def pruner(parts: Deciding, paths: Paths) -> Pruner:
    """The pruner of a deciding process."""
    return Pruner(parts.registry, parts.ledger, parts.journal, SegmentFiles(paths.journal), taken, clocks.wall)


def prune_offline(data: Path, before: int, by: str, *, dry_run: bool) -> Pruned:
    """Prune with the server down. Raises what opening the data directory raises, StoreInUse while a server runs."""
    if before > clocks.wall():
        raise Invalid("before", "That lies in the future.", "Name a time that has passed.")
    return asyncio.run(_prune(Settings.read(data=data), before, by, dry_run=dry_run))


async def _prune(settings: Settings, before: int, by: str, *, dry_run: bool) -> Pruned:
    paths = Paths(settings.data)
    require_layout(paths)
    parts = assemble(settings)
    try:
        return await pruner(parts, paths).prune(before, by, dry_run=dry_run)
    finally:
        await parts.close()
