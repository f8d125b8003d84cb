"""Who speaks over TLS: the names in a certificate that TLS has verified, held against those that may. Pure."""

import ipaddress
from collections.abc import Collection, Mapping
from typing import Any

_KINDS = ("DNS", "IP Address")


def peer_names(certificate: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The host names and addresses of a certificate, as `ssl.SSLSocket.getpeercert` gives it.

    The subject does not count (RFC 9525, section 2): authorities check the names, not always what stands beside them.
    """
    alternatives = (certificate or {}).get("subjectAltName", ())
    return tuple(str(name) for kind, name in alternatives if kind in _KINDS)


def is_allowed(names: Collection[str], allowed: Collection[str]) -> bool:
    """Whether one of the names is one of those, letter for letter but for case. A wildcard is nobody's name."""
    return not {_plain(name) for name in names}.isdisjoint(_plain(name) for name in allowed)


def _plain(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower()
