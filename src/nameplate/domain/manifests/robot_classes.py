"""Classes of robots."""

from nameplate.domain.robot_classes import PASS_LIMITS_S, STRIKE_LIMITS_S, RobotClass

from .fields import Fields
from .quantities import format_seconds, parse_seconds

MAX_MODELS = 100


def read_robot_class(fields: Fields, ident: str, _site: str) -> RobotClass:
    """A class of robots."""
    models = fields.texts("models", required=True, limit=MAX_MODELS)
    strike_s = fields.quantity("strike", lambda text: _within(text, STRIKE_LIMITS_S), "a time from 0.1s to 25.5s")
    pass_s = fields.quantity("pass", lambda text: _within(text, PASS_LIMITS_S), "a time from 1s to 300s")
    if not {"strike", "pass"} & fields.source.keys():
        fields.fail("strike", "The class says nothing.", "Give it `strike:`, `pass:` or both.")
    return RobotClass(ident, models, strike_s, pass_s)


def _within(text: str, limits: tuple[float, float]) -> float | None:
    seconds = parse_seconds(text)
    return seconds if seconds is not None and limits[0] <= seconds <= limits[1] else None


def write_robot_class(robot_class: RobotClass) -> dict[str, object]:
    """The inverse of `read_robot_class`."""
    times = {"strike": robot_class.strike_s, "pass": robot_class.pass_s}
    written = {name: format_seconds(seconds) for name, seconds in times.items() if seconds is not None}
    return {"models": list(robot_class.models), **written}
