"""One file from which a server can be set up again, taken beside a running server or without one."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from nameplate.domain.errors import Conflict, NotFound
from nameplate.domain.notes import VerifierKey, format_time
from nameplate.domain.timestamps import rfc3339
from nameplate.journals.segments import JournalPrunedMeanwhile
from nameplate.journals.segments.durable import Durable, durable
from nameplate.keys.file import StoreInUse

from . import clocks
from .archive import PEOPLE, Manifest, Member, seal_text, write_archive
from .deciding import open_keys
from .layout import require_layout
from .node_key import signer_of
from .paths import Paths
from .people import people_copied
from .settings import Settings

AskServer = Callable[[str], bytes]
"""Has the running server sign for the digest (hex) of a backup."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds: all records up to `records`, as signed at `at` (microseconds, UTC)."""

    file: Path
    bytes: int
    node: str
    records: int
    at: int


def back_up(data: Path, to: Path, ask_server: AskServer) -> BackedUp:
    """Write a backup of `data` to the new file `to`. Nothing that was acknowledged before this call is missing.

    `ask_server` signs where a server has the keys open. Raises NotFound, Conflict, Unavailable, OSError.
    """
    paths = Paths(data)
    if not paths.node.is_file() or not (paths.keys / "store").is_file():
        raise NotFound("data", f"There is no server's data in {data}.", "Name the data directory with --data.")
    if to.exists():
        raise Conflict("backup_exists", f"{to} is there already.", "Choose another name.")
    require_layout(paths)
    with people_copied(paths.people) as people:
        return _back_up(paths, to, ask_server, people)


def _back_up(paths: Paths, to: Path, ask_server: AskServer, people: Path | None) -> BackedUp:
    # In this order: a cursor never lies behind the checkpoint, whatever the journal names is in the key store or among
    # the plans, and whoever was stopped by what people and systems were told before is so in the journal.
    small = [*_small(paths), *([Member(PEOPLE, people, people.stat().st_size)] if people else [])]
    held = durable(paths.journal)
    small.append(_whole("keys/store", paths.keys / "store"))
    small += [Member(f"plans/{path.name}", path, path.stat().st_size) for path in sorted(paths.plans.glob("*.yaml"))]
    manifest = _manifest(paths, held)
    try:
        size = write_archive(to, [*small, *_journal(held)], manifest, held.key, _signer(paths, held.key, ask_server))
    except FileNotFoundError:
        raise JournalPrunedMeanwhile from None
    return BackedUp(to, size, str(manifest["node"]), held.checkpoint.size, held.checkpoint.at)


def _manifest(paths: Paths, held: Durable) -> Manifest:
    return {
        "node": paths.node.read_text().strip(),
        "version": version("nameplate"),
        "created_at": rfc3339(clocks.wall()),
        "records": held.checkpoint.size,
        "signed_at": format_time(held.checkpoint.at),
        "needs": "the passphrase of the key store: it is not in here",
    }


def _small(paths: Paths) -> Iterator[Member]:
    for cursor in sorted(paths.cursors.glob("*.json")):
        yield _whole(f"cursors/{cursor.name}", cursor)
    # Before the key store: a certificate that is issued meanwhile leaves the key of the former one where it is.
    for name in ("tls/ca.pem", "tls/server.pem", "node", "format", "nameplate.toml"):
        if (paths.data / name).is_file():
            yield _whole(name, paths.data / name)


def _journal(held: Durable) -> Iterator[Member]:
    for segment, size in held.segments:
        yield Member(f"journal/{segment.path.name}", segment.path, size)
    for name in ("head.0", "head.1"):
        yield Member(f"journal/{name}", held.note, len(held.note))
    line = f"{held.key}\n".encode()
    yield Member("journal/node.vkey", line, len(line))


def _whole(name: str, path: Path) -> Member:
    """These are small, and always replaced as a whole."""
    content = path.read_bytes()
    return Member(name, content, len(content))


def _signer(paths: Paths, vkey: VerifierKey, ask_server: AskServer) -> Callable[[str], bytes]:
    def sign(digest: str) -> bytes:
        try:
            keys = open_keys(paths, Settings.read(data=paths.data))
        except StoreInUse:
            return ask_server(digest)
        with closing(keys):
            signer = signer_of(keys, vkey)
            return signer.sign(seal_text(str(vkey), digest)) if signer else b""

    return sign
