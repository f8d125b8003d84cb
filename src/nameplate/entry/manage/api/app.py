"""The application: its routes, and how its errors look."""

from fastapi import FastAPI

from nameplate.boot.managing import Managing
from nameplate.boot.settings import Settings
from nameplate.entry.manage.commands import Commands
from nameplate.entry.manage.exporting import Exporting
from nameplate.entry.manage.feeding import Feeding

from . import (
    actors,
    alarms,
    badges,
    cards,
    contracts,
    decisions,
    figures,
    manifests,
    places,
    points,
    problems,
    rollout,
    rules,
    sinks,
)
from .current import Current


def build(settings: Settings, parts: Managing, commands: Commands, exporting: Exporting, feeding: Feeding) -> FastAPI:
    """The whole API."""
    app = FastAPI(
        title="Nameplate",
        version=parts.version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        # A redirect would name this process, which nobody but the deciding process can reach.
        redirect_slashes=False,
    )
    problems.add_to(app)
    app.add_middleware(Current, reach=parts.projection.reach)
    registry = parts.projection.registry
    app.include_router(manifests.routes(registry, commands, parts.action_classes, parts.is_timezone, parts.rule_faults))
    app.include_router(rules.routes(registry, parts.rule_schema))
    app.include_router(rollout.routes(parts, commands))
    app.include_router(contracts.routes(parts))
    app.include_router(actors.routes(registry))
    app.include_router(cards.routes(registry))
    app.include_router(alarms.routes(registry))
    app.include_router(badges.routes(registry))
    app.include_router(decisions.routes(registry, parts.reader, parts.wall, parts.review))
    app.include_router(places.routes(registry))
    app.include_router(points.routes(registry, commands, feeding))
    app.include_router(sinks.routes(exporting))
    app.include_router(figures.routes(registry, exporting))
    return app
