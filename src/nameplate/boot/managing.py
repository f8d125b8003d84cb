"""Wiring of the managing process."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from nameplate.domain.contracts import ACTION_CLASSES, ActionClass
from nameplate.domain.policies import Rule
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.domain.sinks import Sink
from nameplate.domain.supplies import Supplies
from nameplate.domain.verdicts import Verdict
from nameplate.flows.project import Projection
from nameplate.flows.snapshot import everything
from nameplate.journals.segments import SegmentReader
from nameplate.ports.exporter import Exporter
from nameplate.ports.store import RolloutTables
from nameplate.ports.upstream import Names

from .exports import build_exporter
from .paths import Paths
from .replay import catch_up
from .rules import review_of, rule_faults, rule_schema
from .settings import ActionSettings, Settings
from .tables import open_tables
from .timezones import is_timezone, wall

WAIT_S = 0.05


@dataclass(frozen=True, slots=True)
class Managing:
    """The parts of the managing process. `files`: what is closed at its end; who opens one more adds it."""

    version: str
    node: str
    projection: Projection
    rollout: RolloutTables
    reader: SegmentReader
    action_classes: Mapping[str, ActionClass]
    is_timezone: Callable[[str], bool]
    exporter: Callable[[Sink, Mapping[str, bytes]], Exporter]
    wall: Callable[[str, int], datetime]
    rule_faults: Callable[[Rule, Collection[str], Supplies], Iterable[str]]
    rule_schema: Callable[[Collection[str], Supplies], str]
    review: Callable[[Registry], Callable[[Verdict, AccessRequest], Verdict]]
    names: Names
    files: ExitStack


async def assemble(settings: Settings) -> Managing:
    """Open the tables and start behind the journal, as soon as the deciding process has made one."""
    from nameplate.stores.sqlite.people import SqliteNames

    paths = Paths(settings.data)
    await _journal_made(paths)
    node = (paths.data / "node").read_text().strip()
    with ExitStack() as files:
        store, registry = open_tables(paths.database, paths.journal)
        files.callback(store.close)
        reader = SegmentReader(paths.journal)
        pending = everything(registry) if catch_up(registry, paths.journal) else ()
        projection = Projection(registry, reader.follow(registry.seq + 1), store, pending)
        while await projection.advance():
            pass
        exporter = build_exporter(node, reader, paths.cursors, lambda: registry.seq)
        return Managing(
            version("nameplate"),
            node,
            projection,
            store,
            reader,
            _action_classes(settings.actions),
            is_timezone,
            exporter,
            wall,
            rule_faults,
            rule_schema,
            review_of,
            files.enter_context(closing(SqliteNames(paths.people))),
            files.pop_all(),
        )


async def _journal_made(paths: Paths) -> None:
    while not (paths.data / "node").exists() or not any(paths.journal.glob("head.*")):  # noqa: ASYNC110 - made by another process
        await asyncio.sleep(WAIT_S)


def _action_classes(further: ActionSettings) -> Mapping[str, ActionClass]:
    reads, admins = dict.fromkeys(further.read, ActionClass.READ), dict.fromkeys(further.admin, ActionClass.ADMIN)
    return {**ACTION_CLASSES, **reads, **admins}
