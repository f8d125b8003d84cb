"""A data directory as version 1 wrote it, byte by byte. Frozen: it must never follow the program."""

import base64
import hashlib
import json
import struct
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

NODE, PASSPHRASE, AT = "n0badcafe", b"a passphrase of version 1", "2026-11-22T11:06:40.123456Z"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def make(data: Path, bodies: list[dict[str, object]]) -> None:
    """Write the directory, with `bodies` as its records."""
    for folder in (data, data / "keys", data / "journal", data / "cursors", data / "tables"):
        folder.mkdir(mode=0o700, exist_ok=True)
    (data / "node").write_text(f"{NODE}\n")
    _secret(data / "keys" / "passphrase", PASSPHRASE + b"\n")
    _secret(data / "keys" / "store", _store())
    _journal(data / "journal", bodies)


def _secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _store() -> bytes:
    salt, nonce = bytes(16), bytes(12)
    derived = Scrypt(salt=salt, length=48, n=2**15, r=8, p=3).derive(PASSPHRASE)
    seed = base64.b64encode(KEY.private_bytes_raw()).decode()
    content = json.dumps({"keys": {"node": seed}, "secrets": {}}).encode()
    head = struct.pack(">14sB16s16s12sI", b"nameplate-keys", 1, salt, derived[32:], nonce, len(content) + 16)
    return head + AESGCM(derived[:32]).encrypt(nonce, content, head)


def _journal(folder: Path, bodies: list[dict[str, object]]) -> None:
    zeros = "0" * 64
    lines = [f'{{"format":"nameplate-journal/1","node":"{NODE}","first":1,"link":"{zeros}","tree":[]}}\n'.encode()]
    link, leaves = bytes(32), []
    for seq, body in enumerate(bodies, 1):
        raw = b'{"seq":%d,"at":"%s",' % (seq, AT.encode()) + json.dumps(body, separators=(",", ":")).encode()[1:]
        leaves.append(hashlib.sha256(b"\0" + raw).digest())
        link = hashlib.sha256(link + leaves[-1]).digest()
        lines.append(link.hex().encode() + b" " + raw + b"\n")
    (folder / "00000000000000000001.journal").write_bytes(b"".join(lines))
    public = b"\1" + KEY.public_key().public_bytes_raw()
    name = f"nameplate/{NODE}"
    key_id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    root = base64.b64encode(_root(leaves)).decode()
    text = f"{name}\n{len(leaves)}\n{root}\nlink {link.hex()}\ntime {AT}\n"
    signature = base64.b64encode(key_id + KEY.sign(text.encode())).decode()
    for slot in ("head.0", "head.1"):
        (folder / slot).write_text(f"{text}\n\u2014 {name} {signature}\n", encoding="utf-8")
    (folder / "node.vkey").write_text(f"{name}+{key_id.hex()}+{base64.b64encode(public).decode()}\n")


def _root(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _root(leaves[:half]) + _root(leaves[half:])).digest()
