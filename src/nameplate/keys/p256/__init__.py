"""P-256 for the presence proof: agreement and signatures, and the key file of a robot."""

from .agreement import P256Agreement, P256Half
from .robot_key import FreshKey, RobotKey

__all__ = ["FreshKey", "P256Agreement", "P256Half", "RobotKey"]
