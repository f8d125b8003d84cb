"""Wiring of the exports: journal -> format -> sink. A format or a sink is one line in `_FORMATS` or `_SINKS`."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nameplate.domain.errors import Invalid
from nameplate.domain.sinks import Sink as Declared
from nameplate.exports.formats import cef
from nameplate.exports.formats.ocsf import Ocsf
from nameplate.exports.formats.ocsf.size import fit
from nameplate.exports.position import PositionFile
from nameplate.exports.sinks.file import FileSink
from nameplate.exports.sinks.syslog import Settings, SyslogSink, parse_target
from nameplate.exports.tls import client_context
from nameplate.flows.export import Export
from nameplate.journals.segments import SegmentReader
from nameplate.ports.exporter import Exporter
from nameplate.ports.sink import Sink

from . import clocks

_FORMATS = {"ocsf": fit, "cef": cef.render}
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

    def build(declared: Declared, credentials: Mapping[str, bytes]) -> Exporter:
        sink, limit = _sink(declared, node, credentials)
        encode = Ocsf(node, version("nameplate"), limit, _FORMATS[declared.format])
        position = PositionFile(cursors / f"{declared.id}.json")
        return _Running(Export(reader, node, encode, sink, position), newest)

    return build


Secrets = Mapping[str, bytes]
Build = Callable[[Declared, str, Secrets], tuple[Sink, int]]
"""A declared sink, the node and its credentials -> the sink, and how many bytes an event may have."""


def _sink(declared: Declared, node: str, credentials: Secrets) -> tuple[Sink, int]:
    build = _SINKS.get(declared.to.partition(":")[0])
    if build is None:
        what = f"The target of {declared.id} is of no kind that is known here."
        raise Invalid("sink_target", what, f"Use one of: {', '.join(_SINKS)}.")
    return build(declared, node, credentials)


def _file(declared: Declared, _node: str, _credentials: Secrets) -> tuple[Sink, int]:
    return FileSink(Path(declared.to.removeprefix("file:"))), FILE_EVENT_LIMIT


def _syslog(declared: Declared, node: str, credentials: Secrets) -> tuple[Sink, int]:
    target = parse_target(declared.to)
    settings = Settings(target.host, target.port, node, target.old_header)

    def context() -> ssl.SSLContext:
        return _tls(declared, credentials)

    return SyslogSink(settings, context if target.encrypted else None), settings.event_limit


def _tls(declared: Declared, credentials: Secrets) -> ssl.SSLContext:
    """Made anew for each session: the files may have been replaced."""
    tls = declared.tls
    return client_context(tls.ca, tls.cert, credentials.get(tls.key, b""))


_SINKS: Mapping[str, Build] = {"file": _file, "syslog+tcp": _syslog, "syslog+tls": _syslog}
