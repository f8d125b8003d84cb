"""Where a directory listens, and how the line to it is protected."""

import ssl
from dataclasses import dataclass
from urllib.parse import unquote

from nameplate.domain.errors import Invalid
from nameplate.domain.networks import is_loopback

PLAIN_PORT, TLS_PORT = 389, 636


@dataclass(frozen=True, slots=True)
class Address:
    """`path`: a Unix socket, then the rest is empty. `tls`: from the first byte on; `start_tls`: before all else."""

    host: str = ""
    port: int = 0
    path: str = ""
    tls: bool = False
    start_tls: bool = False


def read_address(url: str, *, ca: str = "") -> Address:
    """`ldaps://HOST[:PORT]`, `ldap://HOST[:PORT]` or `ldapi://PATH` (percent-encoded).

    `ldap://` begins with StartTLS (RFC 4511, 4.14) beyond this machine, and wherever a `ca` is named.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "ldapi":
        return Address(path=unquote(rest))
    host, port = _host_and_port(rest.rstrip("/"))
    if scheme == "ldaps":
        return Address(host, port or TLS_PORT, tls=True)
    return Address(host, port or PLAIN_PORT, start_tls=bool(ca) or not is_loopback(host))


def trust(ca: str) -> ssl.SSLContext:
    """TLS 1.2 or newer that checks certificate and name. `ca`: file of what to trust; the system's when empty."""
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or "it holds no certificate"
        raise Invalid("ca", f"The certificates in {ca} cannot be read: {why}.", "Correct `ca` of the bridge.") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _host_and_port(text: str) -> tuple[str, int]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest[1:] or 0)
    host, _, port = text.partition(":")
    return host, int(port or 0)
