"""The deciding process from start to end."""

import asyncio
import gc
import secrets
import signal
from collections.abc import Callable
from functools import partial

import structlog

from nameplate.boot import bus, clocks, tls
from nameplate.boot.deciding import Deciding, assemble
from nameplate.boot.feeds import read_event
from nameplate.boot.layout import require_layout
from nameplate.boot.passkeys import site
from nameplate.boot.paths import Paths
from nameplate.boot.pruning import LOOK_EVERY_S, pruner
from nameplate.boot.settings import Settings
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.links import Welcome
from nameplate.entry.operations import served
from nameplate.flows.checkpoint import keep_checkpoints
from nameplate.flows.lock import Places
from nameplate.flows.observe import Observer
from nameplate.flows.place import Placing
from nameplate.flows.present import Presenter
from nameplate.flows.reconcile import Reconciler
from nameplate.flows.rotate import ReaderKeys, Rotator
from nameplate.flows.search import Searcher
from nameplate.flows.sponsor import Sponsors
from nameplate.flows.stop import Lifecycle
from nameplate.flows.uphold import Upholder
from nameplate.ports.bus import Handler
from nameplate.ports.certificates import Certificate, Pair
from nameplate.ports.keys import Signer

from .access import Access
from .admission import Admission
from .alarms import AlarmRoutes, PointWatch
from .app import App
from .badges import BadgeRoutes
from .bridges import Bridges
from .callers import Callers
from .certificates import Keeper, TlsRoutes
from .connections import Connections
from .devices import Devices
from .doors import Doors
from .enrolments import Enrolments
from .feeds import FeedHook
from .figures import Figures
from .floor_plans import FloorPlans
from .forward import Forward
from .health import Health
from .hub import Hub
from .internal import Internal
from .keyring import Keyring
from .local import Local
from .notices import Notices
from .places import PlaceOrders
from .proposals import ProposalRoutes
from .proposed import Proposed
from .restores import Restores
from .rotations import Rotations
from .searches import Searches
from .serving import bind_public, listeners
from .showing import Showing
from .signals import Signals
from .signin import SignIn
from .sinks import Sinks
from .sponsors import SponsorRoutes
from .tls import ServerTls
from .vouching import Vouching

log = structlog.get_logger()

YOUNG_OBJECTS = 50_000
HELLO_S = 5.0
PSEUDONYM_KEY_BYTES = 32


async def run(settings: Settings) -> None:
    """Decide until SIGTERM or SIGINT."""
    paths = Paths(settings.data)
    paths.create()
    require_layout(paths)
    parts = assemble(settings)
    _spare_the_collector()
    try:
        await _serve(settings, paths, parts)
    finally:
        await _say_goodbye(parts)


def _spare_the_collector() -> None:
    """What was loaded stays: looking through all of it again and again would cost more than deciding."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 50, 1000)


async def _serve(settings: Settings, paths: Paths, parts: Deciding) -> None:
    connections = Connections(parts.registry)
    lifecycle = Lifecycle(
        parts.registry, parts.ledger, connections, clocks.wall, lambda: f"stop-{secrets.token_hex(8)}"
    )
    parts.authorizer.on_stopped = lifecycle.was_refused
    reconciler = Reconciler(parts.registry, parts.ledger.note, parts.ledger, clocks.wall)
    hub = _hub(parts, connections, lifecycle, reconciler)
    upholder, sponsors = _people(settings, parts, lifecycle)
    internal = Internal(
        parts.registry, parts.declarer, connections, hub, parts.credentials, parts.fingerprint, reconciler.heard
    )
    find = partial(tls.find_pair, settings, parts.certificates)
    ours = {**internal.handlers(), **_of_identities(parts, upholder), **Showing(parts.registry, find).handlers()}
    parts.ledger.watchers.append(internal.touched)
    keeper = _keeper(settings, parts, find)
    figures = Figures(parts, connections, lifecycle, lambda: keeper.shown)
    hook = FeedHook(parts.registry, read_event, reconciler.heard, parts.keys.credential, clocks.wall)
    more = (hook, SponsorRoutes(sponsors), _rotations(parts, connections, hub))
    app = build_app(settings, paths, parts, connections, lifecycle, more, lambda: keeper.shown, figures)
    public = bind_public(settings.host, settings.port)
    parts.passkeys.site = site(settings, public.getsockname()[1])
    await parts.proposals.forget_lost()
    control = bus.bind(paths.control, 0o600)
    sockets = [
        await bus.listen(paths.internal, ours, 0o600),
        await bus.listen(paths.points, hub.handlers(), 0o666, connections.gone, HELLO_S),
    ]
    parts.ledger.note({"kind": "started", "node": parts.node})
    watch = PointWatch(parts.registry, connections, parts.ledger, parts.alarm_keeper, internal.runs, clocks.monotonic)
    work = (watch.run(), keeper.run(), sponsors.run())
    background = [*map(asyncio.create_task, work), *_background(settings, paths, parts)]
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, keeper.reload)
    log.info("deciding", address="{}:{}".format(*public.getsockname()[:2]), actors=len(parts.registry.actors))
    try:
        server = listeners(app, public, control, keeper.context, settings.connections)
        figures.gate = server.gate
        await server.serve()
    finally:
        for task in background:
            task.cancel()
        for each in sockets:
            await each.stop()
        paths.control.unlink(missing_ok=True)


def _background(settings: Settings, paths: Paths, parts: Deciding) -> list[asyncio.Task[None]]:
    checkpoints = keep_checkpoints(parts.journal, parts.ledger, settings.journal.checkpoint_seconds)
    work = [checkpoints, clocks.watch_for_steps(lambda seconds: _report_step(parts, seconds))]
    if settings.journal.retention_days:
        work.append(pruner(parts, paths).keep(settings.journal.retention_days, LOOK_EVERY_S))
    return [asyncio.create_task(each) for each in work]


def _hub(parts: Deciding, connections: Connections, lifecycle: Lifecycle, reconciler: Reconciler) -> Hub:
    presenter = Presenter(
        parts.presentations, parts.authorizer, parts.ledger, lifecycle, parts.registry.doors.get, clocks.wall
    )
    welcome = partial(_welcome, parts)
    hub = Hub(parts.registry, parts.ledger, connections, presenter, parts.badges, parts.mirror.unit, welcome)
    observer = Observer(parts.registry, parts.index, parts.ledger, clocks.monotonic)
    parts.authorizer.on_passed_back = observer.passed_back
    hub.on_outcome += [lambda outcome, _shown: reconciler.outcome(outcome), observer.outcome]
    return hub


def _people(settings: Settings, parts: Deciding, lifecycle: Lifecycle) -> tuple[Upholder, Sponsors]:
    secret = parts.keys.secret("people", PSEUDONYM_KEY_BYTES)
    upholder = Upholder(parts.registry, parts.ledger, lifecycle, secret, clocks.wall)
    days = settings.ownership.acknowledge_days
    who = (parts.registry, parts.ledger, lifecycle, parts.ledger, upholder.address)
    sponsors = Sponsors(*who, clocks.wall, days)
    parts.ledger.watchers.append(sponsors.touched)
    return upholder, sponsors


def _of_identities(parts: Deciding, upholder: Upholder) -> dict[str, Handler]:
    """What `manage` passes on from identity systems and from people."""
    vouching = Vouching(parts.registry, upholder, parts.sessions, clocks.wall)
    plans = FloorPlans(parts.registry, parts.ledger)
    told = (Notices(upholder, parts.leases), Signals(parts.keys, parts.ledger))
    owners = (*told, vouching, plans, Proposed(parts.proposals))
    return {verb: handler for owner in owners for verb, handler in owner.handlers().items()}


def _keeper(settings: Settings, parts: Deciding, find: Callable[[], Pair]) -> Keeper:
    shown, files = ServerTls(find()) if tls.speaks_tls(settings) else None, tls.shown_files(settings)
    return Keeper(shown, find, lambda: tls.state_of_files(files), parts.certifier, parts.ledger, clocks.wall)


def build_app(
    settings: Settings,
    paths: Paths,
    parts: Deciding,
    connections: Connections,
    lifecycle: Lifecycle,
    more: tuple[object, ...],
    shown: Callable[[], Certificate | None] = lambda: None,
    figures: Figures | None = None,
) -> App:
    """All routes of the public listener and the control socket. `more`: owners of further ones."""
    types = frozenset({"actor", *settings.authzen.subject_types})
    access = Access(parts.authorizer, parts.mirror.tokens, types, clocks.wall)
    searcher = Searcher(parts.registry, parts.ledger, parts.authorizer.weigh, clocks.monotonic)
    parts.ledger.watchers.append(searcher.touched)
    local = Local(parts.registry, parts.ledger, parts.authorizer, lifecycle, connections, clocks.wall)
    enrolments = Enrolments(parts.registry, parts.ledger, parts.agreement, clocks.wall)
    figures = figures or Figures(parts, connections, lifecycle)
    bridges = Bridges(parts.registry, parts.ledger)
    asking = ProposalRoutes(parts.registry, parts.proposals, lambda: parts.passkeys.site.origin)
    routes = served(
        access,
        bridges,
        Searches(access, searcher),
        local,
        enrolments,
        Doors(parts.registry, parts.mirror.tokens, parts.authorizer, connections, clocks.wall),
        Health(parts.journal, figures, parts.keys.credential, paths.manage),
        TlsRoutes(parts.certifier, shown),
        Keyring(parts.credentials),
        Sinks(parts.registry, parts.ledger, parts.node),
        BadgeRoutes(parts.badges),
        _restores(parts, paths, lifecycle),
        AlarmRoutes(parts.alarm_keeper),
        PlaceOrders(_places(parts, connections), Placing(parts.registry, parts.ledger)),
        *more,
        SignIn(parts.registry, parts.ledger, parts.passkeys, parts.sessions, clocks.wall),
        asking,
        Devices(parts.sessions, clocks.wall, lambda: parts.passkeys.site.origin),
    )
    forward = Forward(paths.manage, lambda: _newest(parts), bridges.caller)
    gate = _gate(parts, bridges)
    asking.app = App(routes, forward, access.questions(), gate)
    return asking.app


def _newest(parts: Deciding) -> int:
    """The newest record, also one that is still on its way to the disk; while the disk fails none is."""
    journal = parts.journal
    return journal.next_seq - 1 if journal.healthy else journal.checkpoint().size


def _restores(parts: Deciding, paths: Paths, lifecycle: Lifecycle) -> Restores:
    def signer() -> Signer:
        return parts.journal.signer

    return Restores(parts.registry, lifecycle, parts.node, signer, pruner(parts, paths), clocks.wall)


def _gate(parts: Deciding, bridges: Bridges) -> Admission:
    def origin() -> str:
        return parts.passkeys.site.origin

    callers = Callers(parts.registry, parts.sessions, bridges.caller, origin)
    return Admission(parts.registry, callers, parts.proposals, origin)


def _rotations(parts: Deciding, connections: Connections, hub: Hub) -> Rotations:
    readers = ReaderKeys(parts.keys, parts.registry, parts.ledger)
    hub.on_outcome.append(lambda outcome, _shown: readers.heard(outcome))
    rotator = Rotator(
        parts.keys, readers, parts.point_keys, parts.journal, parts.registry, parts.ledger, connections, clocks.wall
    )
    return Rotations(rotator)


def _welcome(parts: Deciding, point: str) -> Welcome:
    welcome = parts.welcome(point)
    parts.register_point(point)
    return welcome


def _report_step(parts: Deciding, seconds: float) -> None:
    text = (
        f"The clock of this machine jumped by {seconds:+.1f} s. Time windows follow it; leases and challenges do not."
    )
    parts.ledger.raise_finding(Finding("clock_step", Severity.MEDIUM, text))


async def _say_goodbye(parts: Deciding) -> None:
    parts.ledger.note({"kind": "stopped", "node": parts.node})
    await parts.close()


def _places(parts: Deciding, connections: Connections) -> Places:
    return Places(parts.registry, parts.ledger, connections, clocks.wall, lambda: f"lockdown-{secrets.token_hex(8)}")
