"""OCSF 1.8.0 (Open Cybersecurity Schema Framework), core classes."""

from .encoder import MIN_LIMIT, VERSION, Ocsf

__all__ = ["MIN_LIMIT", "VERSION", "Ocsf"]
