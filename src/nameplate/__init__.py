"""Identity and access control for robots, bots, agents and machines."""

__version__ = "0.1.0"
