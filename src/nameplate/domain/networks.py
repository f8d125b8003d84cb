"""Addresses and networks as numbers. IPv4 has its mapped form (RFC 4291, section 2.5.5.2): one space holds both."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from .contracts import Network

Span = tuple[int, int]

MAX_TEXT = 45
_MAPPED = 0xFFFF << 32
_MAPPED_LAST = _MAPPED | 0xFFFF_FFFF


def parse_address(text: object) -> int | None:
    """The address as a 128-bit number, None for anything else. Zone ids (`%eth0`) name no network and are refused."""
    if not isinstance(text, str) or len(text) > MAX_TEXT or "%" in text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return _MAPPED | int(address) if isinstance(address, IPv4Address) else int(address)


def address_text(address: int) -> str:
    """The usual text of an address, IPv4 where it is mapped: `parse_address` reads it back."""
    if address >> 32 == _MAPPED >> 32:
        return str(IPv4Address(address & 0xFFFF_FFFF))
    return str(IPv6Address(address))


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine is or can reach what that name or address means."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def spans(networks: Iterable[Network]) -> tuple[Span, ...]:
    """First and last address of each network, inclusive.

    An IPv6 network never takes in IPv4 addresses by being short (`::/0`), only by being written in the mapped form.
    """
    return tuple(span for network in networks for span in _spans(network))


def inside(address: int, ranges: Iterable[Span]) -> bool:
    """Whether one of the ranges holds the address."""
    for first, last in ranges:  # noqa: SIM110 - a plain loop: this is part of every decision
        if first <= address <= last:
            return True
    return False


def _spans(network: IPv4Network | IPv6Network) -> list[Span]:
    first, last = int(network.network_address), int(network.broadcast_address)
    if isinstance(network, IPv4Network):
        return [(_MAPPED | first, _MAPPED | last)]
    if first >= _MAPPED or last < _MAPPED:
        return [(first, last)]
    beyond = [(_MAPPED_LAST + 1, last)] if last > _MAPPED_LAST else []
    return [(first, _MAPPED - 1), *beyond]
