"""Wiring of the exports: journal -> format -> sink. A format is one line in `_FORMATS`; sinks stand in `sinks`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nameplate.domain.sinks import OTLP, wants
from nameplate.domain.sinks import Sink as Declared
from nameplate.domain.timestamps import rfc3339
from nameplate.exports.dead_letters import DeadLetterFile
from nameplate.exports.formats import cef, ecs, text
from nameplate.exports.formats.ocsf import Ocsf
from nameplate.exports.formats.ocsf.encoder import Render
from nameplate.exports.formats.ocsf.size import fit
from nameplate.exports.formats.otlp import Otlp
from nameplate.exports.position import PositionFile
from nameplate.flows.export import Export
from nameplate.flows.resend import Again, replay, retry, span_between
from nameplate.journals.segments import SegmentReader
from nameplate.ports.exporter import Exporter
from nameplate.ports.sink import Encode, Event, Sink

from . import clocks
from .naming import by_epoch
from .sinks import make_sink

Form = Callable[[str, str, int], Encode]
"""Name of the node, version of the product, and how many bytes an event may have -> what encodes."""


def _rendered(render: Render) -> Form:
    return lambda node, product, limit: Ocsf(node, product, limit, render)


_FORMATS: Mapping[str, Form] = {
    "ocsf": _rendered(fit),
    "cef": _rendered(cef.render),
    "ecs": _rendered(ecs.render),
    "text": _rendered(text.render),
    OTLP: lambda node, product, _limit: Otlp(node, product),
}


class _Running:
    """The `Exporter` port. Replays and retries have a sink of their own: the running session hears nothing of them."""

    def __init__(
        self,
        declared: Declared,
        node: str,
        reader: SegmentReader,
        cursors: Path,
        newest: Callable[[], int],
        credentials: Mapping[str, bytes],
    ) -> None:
        self._make: Callable[[], Sink] = lambda: make_sink(declared, node, credentials)[0]
        sink, limit = make_sink(declared, node, credentials)
        product, form = version("nameplate"), _FORMATS[declared.format]
        # Each event bears the name that the node had then: what a sink got before a restore gets the same id again.
        encode = by_epoch(reader.epochs(), node, lambda name: form(name, product, limit))
        self._encode = _encoder(declared, encode)
        self._letters = DeadLetterFile(cursors / f"{declared.id}.dead.ndjson")
        position = PositionFile(cursors / f"{declared.id}.json")
        self._export = Export(reader, node, self._encode, sink, position, self._letters)
        self._reader, self._newest = reader, newest
        self._replay: dict[str, Any] = {}

    async def run(self) -> None:
        """See `Exporter`."""
        await self._export.run(asyncio.Event())

    def status(self) -> dict[str, Any]:
        """See `Exporter`. Times are RFC 3339; what has not been yet is empty."""
        progress = self._export.progress
        lag = progress.lag(self._newest(), clocks.wall())
        return {
            "status": progress.trouble or "ok",
            "lag_records": lag.records,
            "lag_seconds": round(lag.seconds, 3),
            "settled": progress.settled,
            "sent": progress.sent,
            "last_success": _time(progress.last_success),
            "last_error": progress.last_error,
            "last_error_at": _time(progress.last_error_at),
            "dead_letters": self._letters.count,
            "skipped": progress.skipped,
            "unreadable": progress.unreadable,
            "replay": self._replay,
        }

    async def replay(self, begin: int, end: int) -> None:
        """See `Exporter`."""
        # Before anything else: whoever asks now must not be told of a former replay.
        self._replay = Again()._asdict() | {"state": "running"}
        span = await asyncio.to_thread(span_between, self._reader, self._newest(), begin, end)
        about = {"first": span.first, "last": max(span.last, span.first - 1)}

        def tell(done: Again) -> None:
            self._replay = about | done._asdict() | {"state": "running"}

        tell(Again())
        try:
            await replay(self._reader, self._encode, self._make(), span, tell)
        except BaseException as error:
            self._replay |= {"state": f"failed: {error}"}
            raise
        self._replay |= {"state": "done"}

    def letters(self) -> list[dict[str, Any]]:
        """See `Exporter`."""
        return [
            {"uid": event.uid, "seq": event.seq, "at": rfc3339(event.at), "refused_at": rfc3339(at), "why": why}
            for event, why, at in self._letters.read()
        ]

    async def retry(self) -> dict[str, int]:
        """See `Exporter`."""
        return (await retry(self._letters, self._make()))._asdict()


def build_exporter(
    node: str, reader: SegmentReader, cursors: Path, newest: Callable[[], int]
) -> Callable[[Declared, Mapping[str, bytes]], Exporter]:
    """What makes the exporter of a declared sink with its credentials; `newest` is the last record of the journal."""
    return lambda declared, credentials: _Running(declared, node, reader, cursors, newest, credentials)


def _encoder(declared: Declared, encode: Encode) -> Encode:
    def encode_wanted(record: Mapping[str, Any]) -> Sequence[Event]:
        return encode(record) if wants(declared, record) else ()

    return encode_wanted


def _time(at: int | None) -> str:
    return "" if at is None else rfc3339(at)
