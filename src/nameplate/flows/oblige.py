"""What a permit asks of a door: time enough for the robot that goes through."""

from nameplate.domain.asked import Asked
from nameplate.domain.obligations import NO_OBLIGATIONS, Obligations
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.requests import AccessRequest
from nameplate.domain.robot_classes import PassTimes


class DoorTimes:
    """`touched` keeps it in step with the registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._times = PassTimes(registry.robotclasses.values())

    def touched(self, touched: Touched) -> None:
        """Something has changed."""
        if touched.kind == "RobotClass":
            self._times = PassTimes(self._registry.robotclasses.values())

    def oblige(self, request: AccessRequest, _asked: Asked) -> Obligations:
        """The times of the class that the unit belongs to."""
        if request.action != "enter" or not request.resource.startswith("door:"):
            return NO_OBLIGATIONS
        actor = self._registry.actors.get(request.actor)
        return NO_OBLIGATIONS if actor is None else self._times.of(actor.unit)
