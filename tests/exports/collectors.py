"""What an OpenTelemetry collector makes of a request, read by the official definitions of the protocol."""

import base64
import json
from typing import Any

from google.protobuf import json_format  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

IDS = {"traceId", "spanId", "parentSpanId"}


def read_request(body: bytes) -> ExportTraceServiceRequest:
    """Raises what `json_format` raises for a field that the protocol does not know, or knows otherwise."""
    return json_format.ParseDict(_in_protojson(json.loads(body)), ExportTraceServiceRequest())


def spans_of(body: bytes) -> list[tuple[ResourceSpans, Span]]:
    """Each span, with what it came in."""
    parts = read_request(body).resource_spans
    return [(part, span) for part in parts for scope in part.scope_spans for span in scope.spans]


def attributes(holder: Any) -> dict[str, Any]:
    """Of a span or a resource, as plain values."""
    return {each.key: _plain(each.value) for each in holder.attributes}


def _plain(value: Any) -> Any:
    kind = value.WhichOneof("value")
    found = getattr(value, kind)
    return [_plain(each) for each in found.values] if kind == "array_value" else found


def _in_protojson(value: Any) -> Any:
    """OTLP writes ids in hex where ProtoJSON has base64: the one difference that a reader must know."""
    if isinstance(value, list):
        return [_in_protojson(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64encode(bytes.fromhex(inner)).decode() if name in IDS else _in_protojson(inner)
        for name, inner in value.items()
    }
