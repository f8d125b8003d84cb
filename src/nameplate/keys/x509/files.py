"""The `Certificates` port: certificates in a folder, their keys in the key store."""

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from nameplate.domain.errors import Conflict, NotFound
from nameplate.keys.file.private import make_private_directory, read_private, write_private
from nameplate.ports.certificates import Certificate, Pair
from nameplate.ports.keys import KeyStore

from .issuing import SEED_BYTES, authority_certificate, key_of, server_certificate
from .pairs import certificate_of, describe, first_certificate

_AUTHORITY = "tls/authority"
_SLOTS = ("tls/server.a", "tls/server.b")
"""The key in use and the next one change places, so that a crash in between leaves the former pair whole."""


class CertificateFiles:
    """`ca.pem` and `server.pem` in `folder`."""

    def __init__(self, folder: Path, keys: KeyStore) -> None:
        self._ca, self._server, self._keys = folder / "ca.pem", folder / "server.pem", keys
        make_private_directory(folder)

    def authority(self) -> bytes | None:
        """See `Certificates`."""
        return read_private(self._ca)

    def make_authority(self, title: str, now: int) -> Certificate:
        """See `Certificates`."""
        if self.authority() is not None:
            raise Conflict("tls_authority", "There is a certificate authority already.", "See `nameplate tls show`.")
        made = authority_certificate(self._key(_AUTHORITY), title, now)
        write_private(self._ca, made.public_bytes(Encoding.PEM))
        return certificate_of(made)

    def draw(self, names: Sequence[str], now: int) -> bytes:
        """See `Certificates`."""
        authority = self.authority()
        if authority is None:
            raise NotFound("tls_authority", "There is no certificate authority yet.", "Run: nameplate tls init")
        signing = (first_certificate(authority), self._key(_AUTHORITY))
        seed = os.urandom(SEED_BYTES)
        made = server_certificate(key_of(seed), names, now, signing)
        self._keys.replace(self._spare(), seed)
        return made.public_bytes(Encoding.PEM)

    def describe(self, drawn: bytes) -> Certificate:
        """See `Certificates`."""
        return describe(drawn)

    def use(self, drawn: bytes) -> Certificate:
        """See `Certificates`."""
        self._slot(first_certificate(drawn))
        write_private(self._server, drawn)
        return describe(drawn)

    def server(self) -> Pair | None:
        """See `Certificates`."""
        chain = read_private(self._server)
        if chain is None:
            return None
        key = self._key(self._slot(first_certificate(chain)))
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Pair(chain, pem, describe(chain))

    def _key(self, name: str) -> ec.EllipticCurvePrivateKey:
        return key_of(self._keys.secret(name, SEED_BYTES))

    def _slot(self, certificate: x509.Certificate) -> str:
        """Where the key of a certificate lies; raises NotFound."""
        wanted = _public(certificate.public_key())
        for name in _SLOTS:
            if _public(self._key(name).public_key()) == wanted:
                return name
        raise NotFound("tls_key", "The key of the server's certificate is not in the key store.", "Issue a new one.")

    def _spare(self) -> str:
        chain = read_private(self._server)
        try:
            used = self._slot(first_certificate(chain)) if chain is not None else ""
        except NotFound:
            used = ""
        return next(name for name in _SLOTS if name != used)


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]
