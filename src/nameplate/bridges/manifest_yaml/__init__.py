"""Manifests as YAML text: bounded, strict where a reader could be misled, with the place of every field."""

from .reader import read
from .writer import write

__all__ = ["read", "write"]
