"""Events to an HTTP receiver: NDJSON, Splunk HEC, Elastic _bulk, Standard Webhooks, OTLP."""

from .settings import Settings
from .sink import HttpSink

__all__ = ["HttpSink", "Settings"]
