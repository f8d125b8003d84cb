"""Wiring of the deciding process: everything below its sockets."""

import os
import secrets
from dataclasses import dataclass

import structlog

from nameplate.domain.errors import NotFound
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.index import Index
from nameplate.domain.links import Welcome
from nameplate.domain.modes import Modes
from nameplate.domain.registry import Registry
from nameplate.flows import credentials
from nameplate.flows.alarms import AlarmKeeper
from nameplate.flows.authorize import Authorizer
from nameplate.flows.badges import Badges
from nameplate.flows.certify import Certifier
from nameplate.flows.declare import Declarer
from nameplate.flows.forbid import Rules
from nameplate.flows.identify import Presentations, Records
from nameplate.flows.lease import Leases
from nameplate.flows.ledger import Ledger
from nameplate.flows.oblige import DoorTimes
from nameplate.flows.passkeys import Passkeys, nonce_bytes
from nameplate.flows.propose import Proposals
from nameplate.flows.sessions import Sessions
from nameplate.journals.segments import SegmentJournal
from nameplate.journals.segments.settings import Settings as SegmentSettings
from nameplate.keys.file import FileKeyStore, find_passphrase
from nameplate.keys.p256 import P256Agreement
from nameplate.keys.x509 import CertificateFiles

from . import clocks, point_keys, tls
from .mirror import Mirror
from .node_key import open_journal
from .passkeys import ceremony
from .paths import Paths
from .point_keys import PointKeys
from .replay import recount_permits, replay
from .rules import engine
from .settings import Settings
from .tables import load_tables
from .timezones import transitions, wall

TRANSPORT_KEY_BYTES = 16
SALT_BYTES = 32
BADGE_KEY_BYTES = 32
MINUTE_US = 60 * 1_000_000


log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Deciding:
    """The parts of the deciding process. All belong to one event loop."""

    node: str
    keys: FileKeyStore
    journal: SegmentJournal
    registry: Registry
    index: Index
    mirror: Mirror
    ledger: Ledger
    authorizer: Authorizer
    declarer: Declarer
    presentations: Presentations
    agreement: P256Agreement
    credentials: credentials.Credentials
    badges: Badges
    alarm_keeper: AlarmKeeper
    certificates: CertificateFiles
    certifier: Certifier
    leases: Leases
    passkeys: Passkeys
    sessions: Sessions
    proposals: Proposals

    @property
    def point_keys(self) -> PointKeys:
        """The keys that points sign with."""
        return PointKeys(self.keys, self.registry)

    async def close(self) -> None:
        """Write what is queued, and let go of the files."""
        await self.journal.close()
        self.keys.close()

    def welcome(self, point_id: str) -> Welcome:
        """What a point needs to work; raises NotFound for one that is not declared."""
        spec = self.registry.points.get(point_id)
        if spec is None:
            raise NotFound("point", f"The point {point_id} is not declared.")
        missing = [channel.door for channel in spec.channels if channel.door not in self.registry.doors]
        if missing:
            raise NotFound("door", f"The doors {', '.join(missing)} of {point_id} are not declared.", "Declare them.")
        doors = tuple(self.registry.doors[channel.door] for channel in spec.channels)
        keys = {
            channel.door: self.keys.secret(f"transport/{channel.door}", TRANSPORT_KEY_BYTES)
            for channel in spec.channels
        }
        held = credentials.held(self.keys, spec.needed_credentials)
        rekeying = {door: self.keys.next_secret(f"transport/{door}") for door in keys if self._is_rekeyed(door)}
        fires = frozenset(door.id for door in doors if door.id in self.registry.fires)
        return Welcome(spec, doors, keys, self.point_keys.seed(point_id), held, fires, rekeying)

    def _is_rekeyed(self, door: str) -> bool:
        return f"transport/{door}" in self.keys.awaited()

    def fingerprint(self, point_id: str) -> str:
        """Another text when a point has to be given other credentials; empty for one that names none."""
        names = self.registry.points[point_id].needed_credentials
        # Not the point's own key: a new one must not start its doors anew.
        salt = self.keys.secret("fingerprints", SALT_BYTES) if names else b""
        return credentials.fingerprint(credentials.held(self.keys, names), salt) if names else ""

    def register_point(self, point_id: str) -> None:
        """Put the public key of a point on record, once: whoever holds the journal can check its receipts."""
        public = point_keys.public(self.point_keys.seed(point_id))
        caller = self.registry.callers.get(point_id)
        if caller is None or caller.public_key != public:
            token_hash, simulate = (caller.token_hash, caller.simulate) if caller else ("", False)
            record = {
                "kind": "caller",
                "name": point_id,
                "token_hash": token_hash,
                "simulate": simulate,
                "public_key": public,
            }
            self.ledger.note(record)


def _index(registry: Registry, paths: Paths, alarms: "_Alarms") -> tuple[Index, Rules, Mirror]:
    """What decides, as of the last record."""
    index = Index(transitions)
    rules = Rules(registry, index, engine, wall, alarms.raise_finding, clocks.monotonic)
    mirror = Mirror(registry, index, rules)
    mirror.fill()
    recount_permits(index, registry, paths.journal, clocks.wall(), clocks.monotonic())
    return index, rules, mirror


def assemble(settings: Settings) -> Deciding:
    """Open the keys and the journal, and bring the state up to the last record. Call it on the event loop."""
    paths = Paths(settings.data)
    keys = open_keys(paths, settings)
    node = node_name(paths)
    alarms = _Alarms()
    journal = _open_journal(paths, node, keys, settings, alarms)
    registry = load_tables(paths.database, paths.journal)
    log.info("replayed", records=replay(registry, paths.journal), of=registry.seq)
    index, rules, mirror = _index(registry, paths, alarms)
    ledger = Ledger(registry, journal, mirror.touched, clocks.wall)
    alarms.ledger = ledger
    authorizer = Authorizer(index, journal, node, mirror.unit, ledger.proved, clocks.wall, clocks.monotonic)
    leases = Leases(registry, rules, index, clocks.monotonic)
    ledger.watchers.append(leases.touched)
    authorizer.rules, authorizer.sent, authorizer.soften = leases, rules.sent, Modes(registry, transitions).soften
    agreement = P256Agreement()
    records = Records(registry.doors.get, registry.doors.values, registry.keys.get, registry.standings.get)
    presentations = Presentations(agreement, records, clocks.monotonic)
    declarer = Declarer(registry, ledger, registry.seq)
    keeper = AlarmKeeper(registry, ledger, lambda: f"alarm-{secrets.token_hex(4)}")
    ledger.noticed = keeper.noticed
    _oblige_times(registry, ledger, authorizer)
    badges = Badges(registry, ledger, keys.secret("badges", BADGE_KEY_BYTES))
    certificates = tls.certificates(paths, keys)
    return Deciding(
        node,
        keys,
        journal,
        registry,
        index,
        mirror,
        ledger,
        authorizer,
        declarer,
        presentations,
        agreement,
        credentials.Credentials(keys, registry, ledger),
        badges,
        keeper,
        certificates,
        Certifier(certificates, ledger, node, clocks.wall),
        leases,
        *_people(settings, registry, ledger, declarer),
    )


def _people(
    settings: Settings, registry: Registry, ledger: Ledger, declarer: Declarer
) -> tuple[Passkeys, Sessions, Proposals]:
    passkeys = Passkeys(registry, ledger, ledger, ceremony, clocks.wall)
    idle, life = settings.people.idle_minutes * MINUTE_US, settings.people.session_hours * 60 * MINUTE_US
    sessions = Sessions(registry, ledger, clocks.wall, int(idle), int(life))
    proposals = Proposals(registry, ledger, passkeys, declarer.warrants, clocks.wall, nonce_bytes)
    return passkeys, sessions, proposals


def _oblige_times(registry: Registry, ledger: Ledger, authorizer: Authorizer) -> None:
    times = DoorTimes(registry)
    ledger.watchers.append(times.touched)
    authorizer.obliges.append(times.oblige)


def _open_journal(paths: Paths, node: str, keys: FileKeyStore, settings: Settings, alarms: "_Alarms") -> SegmentJournal:
    return open_journal(
        paths,
        node,
        keys,
        on_failure=alarms.failed,
        on_recovery=alarms.recovered,
        settings=SegmentSettings(settings.journal.segment_bytes, settings.journal.reserve_bytes),
    )


def open_keys(paths: Paths, settings: Settings) -> FileKeyStore:
    """The key store, unlocked."""
    passphrase = find_passphrase(paths.keys, settings.keys.passphrase_file)
    if passphrase.warning:
        log.warning(passphrase.warning)
    return FileKeyStore(paths.keys, passphrase.value, random=passphrase.fresh)


def node_name(paths: Paths) -> str:
    """The name of this node, made up at its first start."""
    file = paths.data / "node"
    if not file.exists():
        # Whole or not at all: the journal carries this name for ever, and `manage` waits for the file.
        fresh = file.with_suffix(".new")
        with fresh.open("w") as writing:
            writing.write(f"n{secrets.token_hex(4)}\n")
            writing.flush()
            os.fsync(writing.fileno())
        fresh.replace(file)
    return file.read_text().strip()


class _Alarms:
    """What to do when the journal fails, and when it is back."""

    def __init__(self) -> None:
        self.ledger: Ledger | None = None

    def failed(self, error: Exception) -> None:
        log.critical("the journal cannot be written: everything is denied", why=str(error))
        text = "The journal could not be written: everything was denied until it could."
        self.raise_finding(Finding("journal_failed", Severity.CRITICAL, text))

    def raise_finding(self, finding: Finding) -> None:
        if self.ledger is not None:
            self.ledger.raise_finding(finding)

    def recovered(self) -> None:
        log.warning("the journal is back")
        if self.ledger is not None:
            self.ledger.write_waiting()
