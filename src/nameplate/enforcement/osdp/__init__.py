"""Doors: a controller (CP) for OSDP readers, IEC 60839-11-5, over libosdp."""

from nameplate.enforcement import PointType

from .point import OsdpPoint
from .settings import OsdpSettings

POINT = PointType(
    name="osdp",
    settings=OsdpSettings,
    factory=OsdpPoint,
    abilities=frozenset({"presence", "online", "doors", "passages"}),
    failure_mode="denies what is new, finishes the crossing under way",
)

__all__ = ["POINT", "OsdpPoint", "OsdpSettings"]
