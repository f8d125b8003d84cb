"""OTLP over HTTP, JSON (OpenTelemetry Protocol 1.x, sections "OTLP/HTTP Request" and "OTLP/HTTP Response"). Pure."""

from collections.abc import Sequence

import msgspec

from nameplate.exports.https import BUSY, SAID, Answer
from nameplate.ports.sink import Event, Refusal

from .settings import Settings

MOST = 100
"""Spans of a request. A collector that refuses some does not say which: all of them become dead letters."""


class Partial(msgspec.Struct, rename="camel"):
    """What was not taken. ProtoJSON has 64-bit numbers as texts, and some senders as numbers."""

    rejected_spans: int | str = 0
    error_message: str = ""


class Exported(msgspec.Struct, rename="camel"):
    """`ExportTraceServiceResponse`."""

    partial_success: Partial | None = None


def export_request(events: Sequence[Event], _settings: Settings) -> bytes:
    """`ExportTraceServiceRequest` of events that are one `ResourceSpans` each."""
    return b'{"resourceSpans":[' + b",".join(event.body for event in events) + b"]}"


def rejected_spans(answer: Answer, events: Sequence[Event]) -> list[Refusal] | None:
    """What the collector has not taken; None where its answer is none of a collector."""
    try:
        partial = msgspec.json.decode(answer.body, type=Exported).partial_success or Partial()
        rejected = int(partial.rejected_spans)
    except (msgspec.DecodeError, ValueError):
        return None
    if rejected <= 0:
        return []
    which = "" if rejected >= len(events) else ", without saying which"
    why = f"{rejected} of {len(events)} spans rejected{which}: {partial.error_message[:SAID]}"
    return [Refusal(event, why) for event in events]


def is_final(status: int) -> bool:
    """Whether the same request must not be sent again: any 4xx and 5xx but those that are about now."""
    return status >= 400 and status not in BUSY
