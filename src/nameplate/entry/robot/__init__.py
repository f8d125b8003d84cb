"""What runs on a robot: enrol a unit, prove it at a reader. `Robot` is for robot makers to build on."""

from .air import Outcome
from .client import Robot

__all__ = ["Outcome", "Robot"]
