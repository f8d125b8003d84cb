"""The file of a backup: a gzipped tar that ordinary tools open, and behind it the node's signature over every byte.

The signature stands in the comment of an empty gzip member (RFC 1952, section 2.3.1), which those tools pass over. It
is checked before anything else of the file is read.
"""

import base64
import gzip
import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from nameplate.domain.errors import Conflict, Invalid
from nameplate.domain.notes import VerifierKey, parse_key
from nameplate.journals.segments.heads import ed25519_holds

FORMAT = "nameplate-backup/1"
MANIFEST = "manifest.json"
PEOPLE = "people/people.db"
MAX_SMALL = 16 * 1024 * 1024
"""Bytes of a member that is neither part of the journal nor the file of people."""

_HEAD, _EMPTY = b"\x1f\x8b\x08\x10\0\0\0\0\0\xff", b"\0\x03\0" + bytes(8)
_SEAL = re.compile(rb"nameplate-backup/1 (\S{1,300}) ([0-9a-f]{64}) ([+/0-9A-Za-z]{86}==)")
_MAX_SEAL = 1024
_CHUNK = 1024 * 1024
_LEVEL = 3
_NAME = re.compile(
    r"journal/[0-9]{20}\.journal|journal/head\.[01]|journal/node\.vkey|keys/store|node|format|nameplate\.toml"
    r"|tls/(?:ca|server)\.pem|cursors/[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.json"
    r"|plans/[0-9a-f]{64}\.yaml|" + "|".join(re.escape(each) for each in (PEOPLE, MANIFEST))
)

Manifest = dict[str, Any]


class Member(NamedTuple):
    """One file of the backup: the first `size` bytes of `source`."""

    name: str
    source: Path | bytes
    size: int


class Seal(NamedTuple):
    """Who vouches for how many bytes from the start of the file, by which digest (SHA-256)."""

    key: VerifierKey
    digest: bytes
    length: int


def seal_text(vkey: str, digest: str) -> bytes:
    """What the node signs: the verifier key line and the digest in hex, under a heading that no checkpoint has."""
    return f"{FORMAT}\n{vkey}\n{digest}\n".encode()


def write_archive(
    to: Path, members: Iterable[Member], manifest: Manifest, vkey: VerifierKey, sign: Callable[[str], bytes]
) -> int:
    """Write the file whole or not at all, readable by its owner alone; returns its size.

    `sign` gives the signature over `seal_text` for a digest. Raises OSError, and Conflict when it is of another key.
    """
    fresh = to.with_name(f".{to.name}.new")
    fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            hashing = _Hashing(file)
            _write_members(hashing, members, manifest)
            digest = hashing.sha256.hexdigest()
            file.write(_HEAD + _sealed(vkey, digest, sign(digest)) + _EMPTY)
            file.flush()
            os.fsync(fd)
        fresh.replace(to)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_directory(to.parent)
    return to.stat().st_size


def _sealed(vkey: VerifierKey, digest: str, signature: bytes) -> bytes:
    if not ed25519_holds(vkey.public_key, signature, seal_text(str(vkey), digest)):
        raise Conflict("key_rotated_meanwhile", "The node's key was changed just now.", "Take the backup again.")
    return f"{FORMAT} {vkey} {digest} {base64.b64encode(signature).decode()}".encode()


def _write_members(hashing: "_Hashing", members: Iterable[Member], manifest: Manifest) -> None:
    told: dict[str, Manifest] = {}
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=hashing, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        for member in members:
            with _opened(member.source) as file:
                reading = _Counting(file)
                tar.addfile(_info(member.name, member.size), reading)
            told[member.name] = {"size": member.size, "sha256": reading.sha256.hexdigest()}
        content = json.dumps(manifest | {"format": FORMAT, "files": told}, indent=1).encode()
        tar.addfile(_info(MANIFEST, len(content)), BytesIO(content))


def check_seal(path: Path) -> Seal:
    """Check every byte of the file against the signature at its end.

    The file vouches for itself, which shows damage but no forgery: whose key it is its journal must say. Raises
    Invalid, and OSError.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _MAX_SEAL))
        tail = file.read(_MAX_SEAL)
        start = tail.rfind(_HEAD)
        match = _SEAL.fullmatch(tail[start + len(_HEAD) : -len(_EMPTY)]) if start >= 0 else None
        if match is None or not tail.endswith(_EMPTY):
            raise damaged("its end is missing or altered")
        key, length = parse_key(match[1].decode("ascii", "replace")), size - len(tail) + start
        file.seek(0)
        digest = _digest(file, length)
    signature = base64.b64decode(match[3])
    if digest.hex().encode() != match[2] or base64.b64encode(signature) != match[3]:
        raise damaged("it was cut or altered")
    if not ed25519_holds(key.public_key, signature, seal_text(str(key), digest.hex())):
        raise damaged("its signature does not hold")
    return Seal(key, digest, length)


def unpack(path: Path, into: Path) -> Manifest:
    """Write the members below `into`, an empty folder, each held against the manifest. Returns that.

    Call it after `check_seal`. Raises Invalid, and OSError.
    """
    found: dict[str, Manifest] = {}
    try:
        with gzip.open(path) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for info in tar:
                _require_plain(info, found)
                source = tar.extractfile(info)
                if source is None:
                    raise damaged(f"{info.name} cannot be read")
                found[info.name] = _keep(source, into / info.name, info.size)
        manifest = json.loads((into / MANIFEST).read_bytes())
        told, known = manifest["files"], manifest["format"] == FORMAT
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, ValueError, KeyError, TypeError, FileNotFoundError) as error:
        raise damaged(f"it cannot be unpacked: {error}") from None
    found.pop(MANIFEST)
    if not known or told != found:
        raise damaged("its files are not those that its manifest names")
    (into / MANIFEST).unlink()
    return dict(manifest)


def damaged(what: str) -> Invalid:
    """Why the file is no backup that can be used."""
    return Invalid("backup_damaged", f"This backup cannot be used: {what}.", "Take another one.")


def sync_directory(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _require_plain(info: tarfile.TarInfo, found: dict[str, Manifest]) -> None:
    if not info.isreg() or not _NAME.fullmatch(info.name) or info.name in found:
        raise damaged(f"{info.name!r} does not belong into it")
    if info.size > MAX_SMALL and not info.name.startswith(("journal/", PEOPLE)):
        raise damaged(f"{info.name} is too large")


def _keep(source: Any, path: Path, size: int) -> Manifest:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    sha256 = hashlib.sha256()
    with os.fdopen(fd, "wb") as file:
        while piece := source.read(_CHUNK):
            sha256.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(fd)
    return {"size": size, "sha256": sha256.hexdigest()}


def _digest(file: BinaryIO, length: int) -> bytes:
    sha256 = hashlib.sha256()
    while length and (piece := file.read(min(_CHUNK, length))):
        sha256.update(piece)
        length -= len(piece)
    return sha256.digest()


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


@contextmanager
def _opened(source: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield BytesIO(source)
        return
    fd = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(fd, "rb") as file:
        yield file


class _Hashing:
    """A file that is written to, and the digest of what was written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


class _Counting:
    """A file that is read, and the digest of what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        return data
