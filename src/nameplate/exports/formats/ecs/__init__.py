"""ECS (Elastic Common Schema) 8.17."""

from .render import render

__all__ = ["render"]
