"""Text for people, as a mail holds it."""

from .render import render

__all__ = ["render"]
