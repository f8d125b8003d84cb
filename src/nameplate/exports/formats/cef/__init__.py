"""CEF (Common Event Format), version 0."""

from .render import render

__all__ = ["render"]
