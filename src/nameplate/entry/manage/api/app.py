"""The application: its routes, and how its errors look."""

from fastapi import FastAPI

from nameplate.boot.managing import Managing
from nameplate.boot.paths import Paths
from nameplate.boot.provisioning import Application, scim_description, scim_server
from nameplate.boot.settings import Settings
from nameplate.boot.signals import Signals
from nameplate.entry.manage.applying import Applying
from nameplate.entry.manage.bridging import Bridging
from nameplate.entry.manage.commands import Commands
from nameplate.entry.manage.exporting import Exporting
from nameplate.entry.manage.feeding import Feeding
from nameplate.entry.manage.planning import Planning
from nameplate.entry.manage.provisioning import Provisioning

from . import (
    actors,
    alarms,
    badges,
    bridges,
    cards,
    clones,
    contracts,
    decisions,
    document,
    figures,
    floor_plans,
    manifests,
    people,
    places,
    points,
    problems,
    rollout,
    rules,
    sinks,
    ssf,
)
from .current import Current


def scim_application(settings: Settings, parts: Managing, commands: Commands, bridging: Bridging) -> Application:
    """What other systems provision with."""
    registry = parts.projection.registry
    return scim_server(
        Paths(settings.data),
        registry.bridges.get,
        bridging.heard,
        lambda bridge: Provisioning(bridge, registry, commands, parts.is_timezone),
        parts.names.forget,
        parts.files,
    )


def build(
    settings: Settings,
    parts: Managing,
    commands: Commands,
    exporting: Exporting,
    feeding: Feeding,
    bridging: Bridging,
    signals: Signals,
    planning: Planning,
) -> FastAPI:
    """The whole API."""
    app, registry = _bare(parts), parts.projection.registry
    routers = [
        manifests.routes(registry, commands, Applying(parts)),
        rules.routes(registry, parts.rule_schema),
        rollout.routes(parts, commands),
        contracts.routes(parts),
        actors.routes(registry),
        cards.routes(registry),
        clones.routes(parts, commands),
        alarms.routes(registry),
        badges.routes(registry),
        decisions.routes(registry, parts.reader, parts.wall, parts.review),
        places.routes(registry),
        floor_plans.routes(planning),
        people.routes(registry, parts.names),
        points.routes(registry, commands, feeding),
        sinks.routes(exporting),
        bridges.routes(bridging),
        *ssf.routers(signals),
    ]
    # What the deciding process tells as its own is no route of its own.
    app.include_router(figures.routes(registry, exporting))
    for router in [*routers, document.routes(app, routers, [scim_description])]:
        app.include_router(router)
    app.mount("/scim/v2", scim_application(settings, parts, commands, bridging))
    return app


def _bare(parts: Managing) -> FastAPI:
    app = FastAPI(
        title="Nameplate",
        version=parts.version,
        docs_url=None,
        redoc_url=None,
        # Served with what the deciding process answers: see `document`.
        openapi_url=None,
        # A redirect would name this process, which nobody but the deciding process can reach.
        redirect_slashes=False,
    )
    problems.add_to(app)
    app.add_middleware(Current, reach=parts.projection.reach)
    return app
