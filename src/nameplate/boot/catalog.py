"""The built-ins by name. Adding an enforcement point, a format or a sink is one folder and one line here.

Imports stand inside: a process loads only what it runs, and native code only where it is meant to be.
"""

from collections.abc import Callable, Mapping
from typing import Any

from nameplate.domain.links import Welcome
from nameplate.ports.decision_point import Clock, DecisionPoint, Monotonic

from .settings import Settings

Build = Callable[[Welcome, DecisionPoint, Clock, Monotonic], Any]


def _osdp(settings: Settings) -> Build:
    # The pool that opens lines is otherwise imported at its first use: too late, see `POINTS`.
    import concurrent.futures.thread  # noqa: F401

    from nameplate.enforcement.osdp.point import OsdpPoint
    from nameplate.enforcement.osdp.settings import OsdpSettings

    timing = OsdpSettings(**settings.osdp.model_dump())

    def build(welcome: Welcome, decisions: DecisionPoint, clock: Clock, monotonic: Monotonic) -> Any:
        doors = {door.id: door for door in welcome.doors}
        return OsdpPoint(welcome.spec, doors, welcome.keys, decisions, clock, monotonic, timing, welcome.fires)

    return build


def _osdp_panel(_settings: Settings) -> Build:
    import concurrent.futures.thread  # noqa: F401

    from nameplate.enforcement.osdp.virtual_reader.point import PanelPoint

    def build(welcome: Welcome, decisions: DecisionPoint, clock: Clock, monotonic: Monotonic) -> Any:
        doors = {door.id: door for door in welcome.doors}
        return PanelPoint(welcome.spec, doors, welcome.keys, welcome.credentials, decisions, clock, monotonic)

    return build


def _door_api(_settings: Settings) -> Build:
    # Names of hosts are encoded, and the heads of answers parsed, by modules that otherwise load at their first use.
    import concurrent.futures.thread  # noqa: F401
    import email.parser  # noqa: F401
    import encodings.idna  # noqa: F401

    from nameplate.enforcement.door_api.point import DoorApiPoint

    def build(welcome: Welcome, decisions: DecisionPoint, clock: Clock, monotonic: Monotonic) -> Any:
        return DoorApiPoint(welcome.spec, welcome.credentials, decisions, clock, monotonic)

    return build


POINTS: Mapping[str, Callable[[Settings], Build]] = {
    "osdp": _osdp,
    "osdp-panel": _osdp_panel,
    "door-api": _door_api,
}
"""Each loads all code that its point needs: once a process has given up root, Python itself may be out of its reach."""
