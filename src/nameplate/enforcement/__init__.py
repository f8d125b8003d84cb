"""Enforcement points: a folder each. What every one of them tells about itself stands here."""

from collections.abc import Callable
from typing import Any, NamedTuple


class PointType(NamedTuple):
    """A kind of enforcement point.

    `name`: as written in `kind: Point`, `type:`. `settings`: the dataclass of its own settings section.
    `factory`: makes the running point. `abilities`: stable words for what it can do. `failure_mode`: what it does
    when the deciding process cannot be reached.
    """

    name: str
    settings: type
    factory: Callable[..., Any]
    abilities: frozenset[str]
    failure_mode: str
