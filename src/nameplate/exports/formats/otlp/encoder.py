"""Record -> the span that its answer is in the trace of its caller."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from nameplate.domain.findings import Severity
from nameplate.domain.sinks import TEST
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.ports.sink import Event

NAMES = {"decision": "access decision", "search": "access search", TEST: "sink test"}
"""Kind of record -> name of its span. No other kind makes one."""
TEXTS = (
    "decision_id",
    "decision",
    "reason",
    "actor",
    "action",
    "resource",
    "target",
    "what",
    "point",
    "contract_revision",
    "request_id",
)
"""What of a record goes along as `nameplate.NAME`. Traces are read by many: no key, address or payload is among it."""
CLIP, MOST_REASONS = 1024, 16
INTERNAL, SERVER = 1, 2
"""`SpanKind`: JSON of OTLP has enumerations as numbers."""
FLAGS = 0x301
"""Sampled (W3C), and that the parent is known to be another process's (`SpanFlags`)."""
_TRACE, _SPAN = re.compile("(?!0{32})[0-9a-f]{32}"), re.compile("(?!0{16})[0-9a-f]{16}")


class Otlp:
    """The `Encode` port for one node: a body is one `ResourceSpans` with one span.

    Decisions and searches that belong to a trace which their caller samples, and tests of the sink. A record knows
    when it was made and not how long that took: a span begins and ends then.
    """

    def __init__(self, node: str, product_version: str) -> None:
        self._node = node
        about = {"service.name": "nameplate", "service.version": product_version, "service.instance.id": node}
        self._resource = {"attributes": [_attribute(name, value) for name, value in about.items()]}
        self._scope = {"name": "nameplate", "version": product_version}

    def __call__(self, record: Mapping[str, Any]) -> tuple[Event, ...]:
        """See `Encode`."""
        kind, seq, at = _text(record, "kind"), record.get("seq"), parse_rfc3339(_text(record, "at"))
        if kind not in NAMES or type(seq) is not int or seq < 1 or at is None:
            return ()
        uid = f"{self._node}-{seq}"
        place = _own_trace(uid) if kind == TEST else _place(record)
        if not place:
            return ()
        span = place | _span(record, uid, at)
        body = {"resource": self._resource, "scopeSpans": [{"scope": self._scope, "spans": [span]}]}
        return (Event(uid, seq, at, Severity.INFO, "span", msgspec.json.encode(body)),)


def _place(record: Mapping[str, Any]) -> dict[str, Any]:
    """Where in its caller's trace it belongs; nothing where there is none, or it is not sampled.

    Records of versions that did not keep the parent have no place: as children of nobody they would be roots.
    """
    trace, parent = _text(record, "trace_id"), _text(record, "parent_span_id")
    if record.get("sampled") is not True or not _TRACE.fullmatch(trace) or not _SPAN.fullmatch(parent):
        return {}
    return {"traceId": trace, "parentSpanId": parent, "kind": SERVER, "flags": FLAGS}


def _own_trace(uid: str) -> dict[str, Any]:
    return {"traceId": _ident(f"trace {uid}", 16), "kind": INTERNAL}


def _span(record: Mapping[str, Any], uid: str, at: int) -> dict[str, Any]:
    # A refusal is an answer, not an error: the status stays unset whatever was decided.
    moment = str(at * 1000)
    return {
        "spanId": _ident(f"span {uid}", 8),
        "name": NAMES[record["kind"]],
        "startTimeUnixNano": moment,
        "endTimeUnixNano": moment,
        "attributes": _attributes(record, uid),
        "status": {},
    }


def _attributes(record: Mapping[str, Any], uid: str) -> list[dict[str, Any]]:
    found: dict[str, Any] = {"event_id": uid} | {name: text for name in TEXTS if (text := _text(record, name))}
    reasons = record.get("reasons")
    if isinstance(reasons, list | tuple):
        found["reasons"] = [_clean(each) for each in reasons[:MOST_REASONS] if isinstance(each, str)]
    if record.get("simulated") is True:
        found["simulated"] = True
    return [_attribute(f"nameplate.{name}", value) for name, value in found.items()]


def _attribute(name: str, value: Any) -> dict[str, Any]:
    return {"key": name, "value": _value(value)}


def _value(value: Any) -> dict[str, Any]:
    """`AnyValue` of a text, of a truth value or of a list of them."""
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(each) for each in value]}}
    return {"boolValue": value} if isinstance(value, bool) else {"stringValue": value}


def _ident(of: str, size: int) -> str:
    """An id of `size` bytes, in hex: the same whenever it is made, and never all zeros."""
    return f"{int.from_bytes(hashlib.sha256(of.encode()).digest()[:size], 'big') | 1:0{2 * size}x}"


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return _clean(value) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    """As UTF-8 can carry it, and not too long."""
    return text[:CLIP].encode("utf-8", "replace").decode()
