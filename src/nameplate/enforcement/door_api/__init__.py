"""Doors of access systems that open them when they are called over HTTPS."""

from nameplate.enforcement import PointType

from .point import DoorApiPoint
from .settings import DoorApiSettings

POINT = PointType(
    name="door-api",
    settings=DoorApiSettings,
    factory=DoorApiPoint,
    abilities=frozenset({"online", "doors"}),
    failure_mode="calls nobody: the doors stay as the access system has them",
)

__all__ = ["POINT", "DoorApiPoint", "DoorApiSettings"]
