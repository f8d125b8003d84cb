"""Spans for an OpenTelemetry collector (OTLP 1, JSON)."""

from .encoder import Otlp

__all__ = ["Otlp"]
