"""The managing process from start to end."""

import asyncio
import signal
from contextlib import suppress
from functools import partial

import uvicorn

from nameplate.boot import bus, tls
from nameplate.boot.bridges import followers
from nameplate.boot.companies import provider
from nameplate.boot.feeds import build_follower
from nameplate.boot.floor_plans import FloorPlanFiles
from nameplate.boot.managing import Managing, assemble
from nameplate.boot.passkeys import site
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings
from nameplate.boot.signals import Signals
from nameplate.entry.listening import QuietServer
from nameplate.flows.explain import Explainer

from .api.app import build
from .applying import Applying
from .bridging import Bridging
from .commands import Commands
from .console import pages, plans
from .console.recent import KEPT, Recent
from .console.shown import Shown
from .console.signin import company
from .console.signin import pages as signing
from .console.viewer import viewers
from .exporting import Exporting
from .feed_gates import FeedGates
from .feeding import Feeding
from .hearing import Hearing
from .planning import Planning


async def run(settings: Settings) -> None:
    """Manage until SIGTERM or SIGINT."""
    paths = Paths(settings.data)
    paths.create()
    parts = await assemble(settings)
    commands = Commands(paths.internal, parts.projection)
    exporting = Exporting(parts.projection.registry, parts.exporter, commands.credential)
    parts.projection.watchers.append(exporting.touched)
    feeding = _feeding(settings, paths, parts, commands)
    signals = _signals(settings, paths, parts, commands)
    follower = signals.or_else(followers(paths, parts.projection.registry.team_groups))
    heard = partial(Hearing, commands=commands, names=parts.names)
    bridging = Bridging(parts.projection.registry, follower, commands.credential, heard)
    parts.projection.watchers.append(bridging.touched)
    planning = Planning(parts.projection.registry, commands, FloorPlanFiles(paths.plans), parts.wall)
    app = build(settings, parts, commands, exporting, feeding, bridging, signals, planning)
    taken = parts.projection.registry.seq
    recent = Recent(parts.reader.read(max(1, taken - KEPT + 1)), taken)
    parts.projection.readers.append(recent.note)
    shown = _shown(parts, commands, exporting, bridging, recent)
    app.include_router(signing.routes(shown.registry, shown.names, shown.viewer))
    origin = site(settings, settings.port).origin
    app.include_router(company.routes(company.Company(shown.registry, shown.names, commands, provider, origin)))
    app.include_router(plans.routes(shown, planning))
    pages.add_to(app, shown)
    config = uvicorn.Config(
        app, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=5
    )
    server = QuietServer(config)
    works = (parts.projection, exporting, feeding, bridging, signals)
    tasks = [asyncio.create_task(each.run()) for each in works]
    for task in tasks:
        # What follows the journal never ends by itself: if it breaks, the supervisor starts this process anew.
        task.add_done_callback(lambda _: server.handle_exit(signal.SIGTERM, None))
    try:
        await server.serve(sockets=[bus.bind(paths.manage, 0o600)])
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        parts.files.close()
        paths.manage.unlink(missing_ok=True)


def _shown(parts: Managing, commands: Commands, exporting: Exporting, bridging: Bridging, recent: Recent) -> Shown:
    registry = parts.projection.registry
    explainer, viewer = Explainer(registry, parts.reader, parts.wall), viewers(registry, parts.names)
    return Shown(registry, recent, parts.names, exporting, bridging, commands, explainer, viewer, Applying(parts))


def _feeding(settings: Settings, paths: Paths, parts: Managing, commands: Commands) -> Feeding:
    gates = FeedGates(commands.server_pair, tls.shown_files(settings), tls.state_of_files)
    return Feeding(parts.projection.registry, build_follower(paths, commands.panels_told, gates.open))


def _signals(settings: Settings, paths: Paths, parts: Managing, commands: Commands) -> Signals:
    registry, found, key = parts.projection.registry, commands.raise_finding, commands.signing_key
    return Signals(settings, paths.cursors, registry, parts.node, parts.reader, found, key)
