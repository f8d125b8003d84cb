"""How much time robots of one kind need at a door."""

from collections.abc import Iterable
from dataclasses import dataclass

from .actors import Unit
from .obligations import NO_OBLIGATIONS, OPEN_S, STRIKE_S, Obligations

STRIKE_LIMITS_S = (0.1, 25.5)
"""OSDP counts the time of an output in tenths of a second, up to 255 (IEC 60839-11-5)."""
PASS_LIMITS_S = (1.0, 300.0)
"""A door that stands open for longer is no door any more."""


@dataclass(frozen=True, slots=True)
class RobotClass:
    """Units of these models need these times, in seconds; None leaves what the door has.

    `models`: `MODEL`, or `MANUFACTURER/MODEL`, which wins.
    """

    id: str
    models: tuple[str, ...]
    strike_s: float | None = None
    pass_s: float | None = None

    @property
    def obligations(self) -> Obligations:
        """What a permit of such a unit asks of a door."""
        times = ((STRIKE_S, self.strike_s), (OPEN_S, self.pass_s))
        return {name: seconds for name, seconds in times if seconds is not None}


class PassTimes:
    """The classes by model."""

    def __init__(self, classes: Iterable[RobotClass]) -> None:
        self._by_model = {model: each.obligations for each in classes for model in each.models}

    def of(self, unit: Unit | None) -> Obligations:
        """What a permit of this unit asks of a door."""
        if unit is None or not self._by_model:
            return NO_OBLIGATIONS
        exact = self._by_model.get(f"{unit.manufacturer}/{unit.model}")
        return exact or self._by_model.get(unit.model, NO_OBLIGATIONS)
