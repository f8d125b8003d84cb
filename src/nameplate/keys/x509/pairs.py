"""Certificates and keys that are there already."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from nameplate.domain.errors import Invalid, NotFound
from nameplate.keys.file.private import read_private
from nameplate.ports.certificates import Certificate, Pair

MAX_CHAIN = 1024 * 1024


def describe(chain: bytes) -> Certificate:
    """What the first certificate in a PEM text says; raises Invalid."""
    return certificate_of(first_certificate(chain))


def first_certificate(chain: bytes) -> x509.Certificate:
    """The first certificate in a PEM text; raises Invalid."""
    try:
        return x509.load_pem_x509_certificate(chain)
    except ValueError:
        raise Invalid("tls_certificate", "There is no certificate to read.", "It must be PEM, leaf first.") from None


def certificate_of(found: x509.Certificate) -> Certificate:
    """What a certificate says."""
    der = found.public_bytes(Encoding.DER)
    return Certificate(
        _names(found),
        int(found.not_valid_before_utc.timestamp()) * 1_000_000,
        int(found.not_valid_after_utc.timestamp()) * 1_000_000,
        f"{found.serial_number:x}",
        hashlib.sha256(der).hexdigest(),
    )


def read_pair(certificate: Path, key: Path, environ: Mapping[str, str] = os.environ) -> Pair:
    """The pair in two files. Raises NotFound, Invalid, and `StoreExposed` for a key that others may read."""
    chain = _read(certificate)
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    # systemd guards its folder itself, and its access lists show as group bits. Elsewhere links are followed first:
    # tools that renew certificates exchange links.
    guarded = credentials is not None and key.is_relative_to(credentials)
    private = _read(key) if guarded else read_private(key.resolve())
    if private is None:
        raise NotFound("tls_key", f"There is no key at {key}.", "Correct the setting tls.key.")
    return Pair(chain, private, describe(chain))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_CHAIN)
    except OSError as error:
        raise NotFound("tls_file", f"{path} cannot be read: {error.strerror}.", "Correct the setting.") from None


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(str(name.value) for name in extension.value if isinstance(name, x509.DNSName | x509.IPAddress))
