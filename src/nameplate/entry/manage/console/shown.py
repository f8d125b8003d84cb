"""What pages look at."""

from collections.abc import Callable
from dataclasses import dataclass

from nameplate.domain.registry import Registry
from nameplate.entry.manage.applying import Applying
from nameplate.entry.manage.bridging import Bridging
from nameplate.entry.manage.commands import Commands
from nameplate.entry.manage.exporting import Exporting
from nameplate.flows.explain import Explainer
from nameplate.ports.upstream import Names

from .recent import Recent
from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class Shown:
    """The parts of the managing process that pages show. `viewer` tells from the header who looks."""

    registry: Registry
    recent: Recent
    names: Names
    exporting: Exporting
    bridging: Bridging
    commands: Commands
    explainer: Explainer
    viewer: Callable[[str], Viewer]
    applying: Applying
