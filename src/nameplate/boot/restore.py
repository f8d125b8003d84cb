"""A server's data out of a backup: all of it or nothing, and nobody may act until a person has looked."""

import asyncio
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from nameplate.domain.errors import Conflict, Invalid, NotFound
from nameplate.domain.holds import held
from nameplate.domain.notes import VerifierKey, parse_key
from nameplate.domain.registry import Registry, fold
from nameplate.domain.timestamps import rfc3339
from nameplate.exports.position import PositionFile
from nameplate.flows.evidence import Evidence
from nameplate.journals.segments import Report, find, verify
from nameplate.journals.segments.durable import durable
from nameplate.keys.file import FileKeyStore, PassphraseMissing, find_passphrase
from nameplate.keys.file.private import read_private, write_private

from . import clocks
from .archive import Manifest, check_seal, damaged, sync_directory, unpack
from .evidence import read_evidence
from .layout import require_layout
from .node_key import open_journal, signer_of
from .paths import Paths
from .replay import replay
from .settings import Settings

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup that has been checked, unpacked in a folder of its own."""

    paths: Paths
    node: str
    key: VerifierKey
    manifest: Manifest
    report: Report

    def to_json(self) -> dict[str, Any]:
        """What there is to know of it."""
        told = {name: self.manifest.get(name) for name in ("version", "created_at", "signed_at", "needs")}
        verdicts = {"integrity": self.report.integrity, "completeness": self.report.completeness}
        return {"node": self.node, "key": str(self.key), "records": self.report.last or 0, **told, **verdicts}


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore. `held`: how many actors wait for `accept-restore`; `evidence` as far as there was any."""

    former: str
    node: str
    records: int
    backed_up_at: str
    held: int
    stopped: int
    evidence: Evidence | None

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        answer: dict[str, Any] = {"node": self.node, "former": self.former, "records": self.records}
        answer |= {"backed_up_at": self.backed_up_at, "held": self.held}
        if self.evidence:
            found = self.evidence
            answer["evidence"] = {
                "records": found.records,
                "until": found.until or None,
                "applied": self.stopped,
                "declared_since": list(found.declared),
                "stopped_but_unknown": list(found.unknown),
            }
        return answer


def check_backup(file: Path, vkey: str = "") -> dict[str, Any]:
    """Whether the backup could be restored, but for the passphrase. Raises Invalid, OSError."""
    with unpacked(file, file.absolute().parent, vkey) as found:
        return found.to_json()


def restore(
    file: Path, data: Path, *, by: str, vkey: str = "", passphrase: Path | None = None, evidence: Path | None = None
) -> Restored:
    """Set up `data` anew, a folder that is empty or not there. Raises before it exists, or it is whole.

    Raises Conflict, Invalid, Refused, OSError.
    """
    data = data.absolute()
    _require_empty(data)
    with unpacked(file, data.parent, vkey) as found:
        known = (
            read_evidence(evidence, found.node, find(found.paths.journal, found.report.last or 0)) if evidence else None
        )
        with closing(_open_keys(found, passphrase)) as keys:
            restored = asyncio.run(_go_on(found, keys, known, by))
        _settle_cursors(found.paths, restored)
        require_layout(found.paths)
        if not (report := verify(found.paths.journal)).ok:
            raise damaged(f"the restored journal does not verify: {report.problems}")
        _put_in_place(found.paths.data, data)
    return restored


@contextmanager
def unpacked(file: Path, beside: Path, vkey: str) -> Iterator[Unpacked]:
    """The checked backup in a new folder in `beside`, which is gone afterwards unless it was moved away."""
    trusted, seal = parse_key(vkey) if vkey else None, check_seal(file)
    folder = beside / f".restoring-{secrets.token_hex(6)}"
    folder.mkdir(mode=0o700)
    try:
        manifest = unpack(file, folder)
        paths = Paths(folder)
        report = verify(paths.journal, vkey=str(seal.key))
        node = paths.node.read_text("ascii").strip() if paths.node.is_file() else ""
        if not report.ok or report.last != (manifest.get("records") or None):
            raise damaged(f"its journal is {report.integrity}, its completeness {report.completeness}")
        if seal.key.name != f"nameplate/{node}" or not (paths.keys / "store").is_file():
            raise damaged("its node or its key store is missing")
        if durable(paths.journal).key != seal.key or not (trusted is None or _vouches(trusted, seal.key, paths)):
            raise damaged(f"it is signed by {seal.key.name} with another key than the one given")
        yield Unpacked(paths, node, seal.key, manifest, report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _vouches(trusted: VerifierKey, signer: VerifierKey, paths: Paths) -> bool:
    """Whether the journal leads from the key that is trusted to the one that has signed: rotations lie between."""
    return verify(paths.journal, vkey=str(signer._replace(public_key=trusted.public_key))).ok


def _require_empty(data: Path) -> None:
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        message = f"{data} is not empty: a restore never writes over anything."
        raise Conflict("not_empty", message, "Stop its server and move it away, or name another directory.")
    if not data.parent.is_dir():
        raise NotFound("data", f"There is no directory {data.parent}.", "Make it first.")


def _open_keys(found: Unpacked, given: Path | None) -> FileKeyStore:
    settings = Settings.read(data=found.paths.data)
    if given is not None:
        value = find_passphrase(found.paths.keys, given, environ={}).value
    else:
        try:
            value = find_passphrase(found.paths.keys, settings.keys.passphrase_file).value
        except PassphraseMissing as error:
            remedy = "Give the file that holds it: --passphrase-file FILE (it was keys/passphrase on the lost server)."
            raise PassphraseMissing(f"{error.message} {remedy}") from None
    keys = FileKeyStore(found.paths.keys, value)
    if signer_of(keys, found.key) is None:
        keys.close()
        raise Invalid("backup_foreign", "The key store is not that of the node which signed.", "Take another backup.")
    if given is not None and not _is_found_elsewhere(settings):
        write_private(found.paths.keys / "passphrase", (read_private(given) or b"").rstrip(b"\r\n") + b"\n")
    return keys


def _is_found_elsewhere(settings: Settings) -> bool:
    return settings.keys.passphrase_file is not None or "CREDENTIALS_DIRECTORY" in os.environ


async def _go_on(found: Unpacked, keys: FileKeyStore, evidence: Evidence | None, by: str) -> Restored:
    """The journal continues under a new name, so that no id is given twice, with what the restore takes away."""
    paths, node, former = found.paths, f"n{secrets.token_hex(4)}", found.node
    registry = Registry()
    replay(registry, paths.journal)
    paths.node.write_text(f"{node}\n")
    journal = open_journal(paths, node, keys, former=former)
    record: dict[str, Any] = {"kind": "restored", "former": former, "node": node, "by": by}
    record |= {"records": found.report.last or 0, "backed_up_at": str(found.manifest.get("signed_at"))}
    if evidence:
        record |= {"evidence_records": evidence.records, "evidence_until": evidence.until, "cards": evidence.cards}
    now, written = clocks.wall(), []
    try:
        fold(registry, record | {"seq": journal.next_seq, "at": rfc3339(now)})
        written.append(journal.append(_encode(record), now))
        # Each a moment later: who is held is told by that moment.
        for later, loss in enumerate(evidence.losses(registry) if evidence else (), 1):
            written.append(journal.append(_encode(loss), now + later))
        await asyncio.gather(*set(written))
    finally:
        await journal.close()
    backed_up_at = str(record["backed_up_at"])
    return Restored(
        former,
        node,
        found.report.last or 0,
        backed_up_at,
        len(held(registry.standings, registry.restored_at)),
        len(written) - 1,
        evidence,
    )


def _settle_cursors(paths: Paths, restored: Restored) -> None:
    """Sinks go on where the backup knew them: what they took since is gone, and new records have new ids."""
    for file in paths.cursors.glob("*.json"):
        position = PositionFile(file).load()
        if position is not None and position.node == restored.former:
            PositionFile(file).save(position._replace(node=restored.node))


def _put_in_place(folder: Path, data: Path) -> None:
    """Under its name in one step. Whoever owned the empty folder owns what is in it now."""
    owner = data.stat() if data.exists() else None
    for path in [folder, *folder.rglob("*")]:
        if owner is not None and os.geteuid() == 0:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
        if path.is_dir():
            sync_directory(path)
    for file in (folder / "node", folder / "format"):
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    folder.replace(data)
    sync_directory(data.parent)


def describe(told: Mapping[str, Any]) -> str:
    """For people."""
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value is not None)
