"""Wiring for a robot: which implementation keeps its key and agrees with readers."""

from pathlib import Path

from nameplate.domain.presence import Place
from nameplate.flows.prove import prove
from nameplate.keys.p256 import FreshKey, P256Agreement, RobotKey
from nameplate.ports.agreement import UnitKey


def load_key(folder: Path) -> UnitKey:
    """The key of the unit enrolled in `folder`. Raises NotFound, Refused or Conflict when there is no usable one."""
    return RobotKey(folder)


def fresh_key(folder: Path) -> FreshKey:
    """A new key pair, in memory until it is bound. Raises Unavailable when `folder` cannot keep it."""
    return FreshKey(folder)


def answer(key: UnitKey, place: Place, challenge: bytes) -> bytes:
    """See `flows.prove`."""
    return prove(P256Agreement(), key, place, challenge)
