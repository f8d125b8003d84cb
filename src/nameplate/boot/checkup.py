"""A look at an installation from the outside, with its server running or not. Nothing is changed."""

import json
import os
import platform
import shutil
import socket
import ssl
import stat
import statistics
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nameplate.domain.checkups import Check, fail, ok, warn
from nameplate.domain.errors import NameplateError
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.keys.file.passphrase import CREDENTIAL
from nameplate.keys.x509 import describe, read_pair

from . import clocks
from .claim import claimed
from .journal import last_seq, reader, verify_journal
from .paths import Paths
from .settings import Settings
from .timezones import transitions

MIB = 1024 * 1024
MIN_FREE, LOW_FREE = 100 * MIB, 1024 * MIB
SYNCS, SLOW_SYNC_S, STALLED_SYNC_S = 16, 0.02, 0.5
MAX_VERIFIED = 256 * MIB
TAIL = 20_000
DAY_US = 86_400 * 1_000_000


def look(settings: Settings) -> Iterator[Check]:
    """All that can be seen without asking the server."""
    paths = Paths(settings.data)
    yield ok(
        "versions", f"Nameplate {version('nameplate')}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}."
    )
    if not paths.data.is_dir():
        yield fail("data", f"There is no data directory {paths.data}.", "Name it with --data, or start a server there.")
        return
    yield from _permissions(paths)
    yield _passphrase(settings, paths)
    yield _space(paths.data)
    yield _sync(paths.data)
    yield _timezones()
    yield from _journal(paths)
    yield from _tls(settings, paths)
    yield from _processes(settings, paths)


def _permissions(paths: Paths) -> Iterator[Check]:
    yield from (each for each in map(_private, (paths.keys, paths.journal, paths.tls, paths.cursors)) if each)
    owner = paths.data.stat().st_uid
    if os.geteuid() not in (0, owner):
        remedy = "Run this as the user of the server."
        yield warn("data", f"{paths.data} belongs to user {owner}: not everything can be seen.", remedy)
    else:
        yield ok("data", f"{paths.data}, of user {owner}.")


def _private(folder: Path) -> Check | None:
    try:
        mode = stat.S_IMODE(folder.stat().st_mode)
    except OSError:
        return None
    if mode & 0o077:
        return fail("permissions", f"{folder} is open to other users.", f"Run: chmod 700 {folder}")
    return None


def _passphrase(settings: Settings, paths: Paths) -> Check:
    credentials = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if credentials and (Path(credentials) / CREDENTIAL).is_file():
        return ok("passphrase", "From a systemd credential.")
    file = settings.keys.passphrase_file
    if file is not None and not file.is_file():
        return fail("passphrase", f"There is no passphrase file {file}.", "Correct keys.passphrase_file.")
    if file is not None:
        return ok("passphrase", f"From {file}.")
    if not (paths.keys / "passphrase").exists() and (paths.keys / "store").exists():
        # The service may have a systemd credential that we do not see.
        remedy = "Fine if the service gets a systemd credential; else restore the passphrase."
        return warn("passphrase", "None that can be seen from here.", remedy)
    remedy = "Use a systemd credential, or keys.passphrase_file on another disk."
    return warn("passphrase", "It lies beside the key store: whoever copies the folder has the keys.", remedy)


def _space(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    text, remedy = f"{free // MIB} MiB free.", "Make room: without it everything is denied."
    if free < MIN_FREE:
        return fail("disk", text, remedy)
    return warn("disk", text, remedy) if free < LOW_FREE else ok("disk", text)


def _sync(folder: Path) -> Check:
    """The median of some syncs of one block, as the journal makes them."""
    times = []
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            for _ in range(SYNCS):
                file.write(bytes(4096))
                file.flush()
                began = time.perf_counter()
                os.fdatasync(file.fileno())
                times.append(time.perf_counter() - began)
    except OSError as error:
        return fail("sync", f"Nothing can be written: {error.strerror}.", "Mend the disk or its permissions.")
    median = statistics.median(times)
    text, remedy = f"{median * 1000:.2f} ms for one sync.", "Each decision waits for one: use a faster disk."
    if median > STALLED_SYNC_S:
        return fail("sync", text, remedy)
    return warn("sync", text, remedy) if median > SLOW_SYNC_S else ok("sync", text)


def _timezones() -> Check:
    try:
        transitions("Europe/Berlin")
    except NameplateError as error:
        return fail("time zones", f"There are no time zone data: {error.message}", "Install tzdata.")
    return ok("time zones", f"There. It is {time.strftime('%Y-%m-%d %H:%M:%S %Z')} here.")


def _journal(paths: Paths) -> Iterator[Check]:
    size = sum(file.stat().st_size for file in paths.journal.glob("*.journal"))
    if not size:
        yield warn("journal", "There is none yet.", "Start the server once.")
        return
    try:
        yield _verified(paths.data, size)
        yield from _tail(paths.data)
    except (NameplateError, OSError, ValueError) as error:
        yield fail("journal", f"It cannot be read: {error}.", "Run: nameplate journal verify")


def _verified(data: Path, size: int) -> Check:
    if size > MAX_VERIFIED:
        text = f"{last_seq(data)} records, {size // MIB} MiB: not verified here."
        return warn("journal", text, "Run: nameplate journal verify")
    report = verify_journal(data, key=None, checkpoint=None)
    text = f"{report.records} records, integrity {report.integrity}, completeness {report.completeness}."
    return ok("journal", text) if report.ok else fail("journal", text, "Run: nameplate journal verify")


def _tail(data: Path) -> Iterator[Check]:
    """The clock against the last record, and the readers as they were last heard of."""
    last, offline = "", {}
    for entry in reader(data).read(max(1, last_seq(data) - TAIL)):
        record: dict[str, Any] = json.loads(entry.raw)
        last = record["at"]
        if record.get("happening") in ("reader_offline", "reader_online"):
            where = f"{record.get('door', '')}/{record.get('reader', '')}"
            offline[where] = record["happening"] == "reader_offline"
    ahead = (parse_rfc3339(last) or 0) - clocks.wall() if last else 0
    if ahead > 1_000_000:
        text = f"It stands {ahead / 1_000_000:.0f} s before the last record."
        yield fail("clock", text, "Set the clock: time windows and leases follow it.")
    else:
        yield ok("clock", "Not before the last record.")
    gone = sorted(where for where, is_off in offline.items() if is_off)
    if gone:
        yield warn("readers", f"Offline: {', '.join(gone)}.", "Look at line, address and baud rate.")
    else:
        yield ok("readers", "None is known to be offline.")


def _tls(settings: Settings, paths: Paths) -> Iterator[Check]:
    files, own = (settings.tls.certificate, settings.tls.key), paths.tls / "server.pem"
    try:
        if files[0] is not None and files[1] is not None:
            ends = read_pair(files[0], files[1]).certificate.not_after
        elif own.exists():
            ends = describe(own.read_bytes()).not_after
        else:
            return
    except (NameplateError, OSError) as error:
        yield fail("tls", f"The certificate cannot be used: {error}", "Correct tls.certificate and tls.key.")
        return
    days = (ends - clocks.wall()) // DAY_US
    text, remedy = f"The certificate ends in {days} days.", "Renew it; `nameplate tls issue` where it is our own."
    yield fail("tls", text, remedy) if days < 3 else warn("tls", text, remedy) if days < 14 else ok("tls", text)


def _processes(settings: Settings, paths: Paths) -> Iterator[Check]:
    """Without a server nothing of it may run, and nobody else may have its port."""
    try:
        with claimed(paths.data):
            pass
    except (NameplateError, OSError):
        return
    left = sorted(_left_over(paths.data.absolute()))
    if left:
        pids = " ".join(map(str, left))
        yield fail("processes", f"Left over without their server: {pids}.", f"Run: kill {pids}")
    yield _port(settings.host, settings.port)


def _left_over(data: Path) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if (
            folder.name.isdecimal()
            and str(data) in words
            and any(word.startswith("nameplate.entry.") for word in words)
        ):
            yield int(folder.name)


def _port(host: str, port: int) -> Check:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            text = f"{host}:{port} cannot be listened on: {error.strerror}."
            return fail("port", text, "End what uses it, or choose another `port`.")
    return ok("port", f"{host}:{port} is free.")
