"""Doors and panels without steel: for the demonstration, the benchmarks and the bench."""

from nameplate.enforcement.osdp.air import Told, approach
from nameplate.enforcement.osdp.measure import measure
from nameplate.enforcement.osdp.sim import SimulatedDoor, Strike

__all__ = ["SimulatedDoor", "Strike", "Told", "approach", "measure"]
