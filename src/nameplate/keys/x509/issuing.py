"""What goes into our certificates. Pure, but for random serial numbers."""

import ipaddress
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from nameplate.domain.errors import Invalid

SEED_BYTES = 40
"""Of a key: 64 bits more than the order of P-256 has, so that no key is likelier than another (FIPS 186-5, A.2.1)."""
AUTHORITY_YEARS, SERVER_DAYS = 10, 90
SKEW = timedelta(hours=1)
MAX_NAMES = 32
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def key_of(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The P-256 key that a seed of SEED_BYTES stands for."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes")
    return ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def authority_certificate(key: ec.EllipticCurvePrivateKey, title: str, now: int) -> x509.Certificate:
    """A self-signed certificate that may sign server certificates and nothing else."""
    name = _name(title)
    begin = _moment(now)
    builder = _builder(name, name, key.public_key(), begin, begin + timedelta(days=365 * AUTHORITY_YEARS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return builder.sign(key, hashes.SHA256())


def server_certificate(
    key: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
    now: int,
    authority: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
) -> x509.Certificate:
    """A certificate for a TLS server at `names`; raises Invalid for what cannot be a name."""
    issuer, signing = authority
    begin = _moment(now)
    end = min(begin + timedelta(days=SERVER_DAYS), issuer.not_valid_after_utc)
    builder = _builder(_name("Nameplate server"), issuer.subject, key.public_key(), begin, end)
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName(_alternatives(names)), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), False),
    ):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signing, hashes.SHA256())


def _alternatives(names: Sequence[str]) -> list[x509.GeneralName]:
    if not 1 <= len(names) <= MAX_NAMES or len(set(names)) != len(names):
        raise Invalid("tls_names", f"A certificate has 1 to {MAX_NAMES} different names.", "Give --name for each.")
    return [_alternative(name) for name in names]


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        remedy = "Give a host name such as nameplate.clinic.example, or an IP address."
        raise Invalid("tls_names", f"{name[:64]!r} is no host name and no address.", remedy)
    return x509.DNSName(name)


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    # Clients whose clocks are a little slow must not have to wait.
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begin - SKEW).not_valid_after(end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(title: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at // 1_000_000, UTC)
