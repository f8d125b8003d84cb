"""Certificates of an authority that only the tests know."""

import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nameplate.keys.x509.issuing import SEED_BYTES, authority_certificate, key_of, server_certificate

NOW = int(datetime.now(UTC).timestamp()) * 1_000_000
_KEY = key_of(os.urandom(SEED_BYTES))
_AUTHORITY = authority_certificate(_KEY, "Authority of the tests", NOW)
AUTHORITY = _AUTHORITY.public_bytes(Encoding.PEM)


def pair_files(folder: Path, *names: str, at: int = NOW) -> tuple[Path, Path]:
    """A certificate for `names` with a new key, as two files in `folder`; each call replaces them."""
    key = key_of(os.urandom(SEED_BYTES))
    made = server_certificate(key, names, at, (_AUTHORITY, _KEY))
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.touch(0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private
