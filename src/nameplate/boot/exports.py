"""Wiring of the exports: journal -> format -> sink. A format or a sink is one line in `_FORMATS` or `_sink`."""

import asyncio
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nameplate.domain.errors import Invalid
from nameplate.domain.points import Sink as Declared
from nameplate.exports.formats.ocsf import Ocsf
from nameplate.exports.position import PositionFile
from nameplate.exports.sinks.file import FileSink
from nameplate.exports.sinks.syslog import Settings, SyslogSink, parse_target
from nameplate.flows.export import Export
from nameplate.journals.segments import SegmentReader
from nameplate.ports.exporter import Exporter
from nameplate.ports.sink import Sink

from . import clocks

_FORMATS = {"ocsf": Ocsf}
FILE_EVENT_LIMIT = 1024 * 1024


class _Running:
    def __init__(self, export: Export, newest: Callable[[], int]) -> None:
        self._export, self._newest = export, newest

    async def run(self) -> None:
        """See `Exporter`."""
        await self._export.run(asyncio.Event())

    def status(self) -> dict[str, Any]:
        """See `Exporter`."""
        progress = self._export.progress
        lag = progress.lag(self._newest(), clocks.wall())
        return {"status": progress.trouble or "ok", "lag_records": lag.records, "lag_seconds": round(lag.seconds, 3)}


def build_exporter(
    node: str, reader: SegmentReader, cursors: Path, newest: Callable[[], int]
) -> Callable[[Declared, Mapping[str, bytes]], Exporter]:
    """What makes the exporter of a declared sink with its credentials; `newest` is the last record of the journal."""

    def build(declared: Declared, _credentials: Mapping[str, bytes]) -> Exporter:
        sink, limit = _sink(declared, node)
        encode = _FORMATS[declared.format](node, version("nameplate"), limit)
        position = PositionFile(cursors / f"{declared.id}.json")
        return _Running(Export(reader, node, encode, sink, position), newest)

    return build


def _sink(declared: Declared, node: str) -> tuple[Sink, int]:
    if declared.to.startswith("file:"):
        return FileSink(Path(declared.to.removeprefix("file:"))), FILE_EVENT_LIMIT
    if declared.to.startswith("syslog+tcp:"):
        host, port = parse_target(declared.to)
        settings = Settings(host, port, node)
        return SyslogSink(settings), settings.event_limit
    raise Invalid(
        "sink_target", f"{declared.to} is not a target that works now.", "Use file:PATH or syslog+tcp://HOST:PORT."
    )
