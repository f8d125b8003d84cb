"""Doors behind an existing access panel: we stand where it expects its reader, over OSDP (IEC 60839-11-5)."""

from nameplate.enforcement import PointType

from .point import PanelPoint
from .settings import PanelSettings

POINT = PointType(
    name="osdp-panel",
    settings=PanelSettings,
    factory=PanelPoint,
    abilities=frozenset({"presence", "online", "doors", "passages"}),
    failure_mode="presents nobody to the panel, which goes on for everybody else",
)

__all__ = ["POINT", "PanelPoint", "PanelSettings"]
