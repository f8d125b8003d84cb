"""Rules in Cedar (cedarpolicy.com), by cedarpy. Whoever imports this loads a native library."""

from .engine import CedarEngine

__all__ = ["CedarEngine"]
