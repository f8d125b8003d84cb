"""What a decision is asked about. Built once at the edge, from validated input."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})


class AccessRequest(NamedTuple):
    """One question: may this actor do this to that, now?

    `at`: microseconds since the epoch, UTC. `ip`: an address as a 128-bit number, IPv4 in its mapped form
    (`networks.parse_address`). `presence`: `reader` only where the asking point vouches for it. `distance_m`: metres.
    `credential_at`: when the presented credential was issued (microseconds), None when none was presented.
    The four property maps are what the caller says; what the registry knows of the subject is never taken from them.
    """

    actor: str
    action: str
    resource: str
    at: int
    ip: int | None = None
    environment: str | None = None
    task: str | None = None
    payload: str = "none"
    presence: str = "remote"
    reader: str | None = None
    distance_m: float | None = None
    credential_at: int | None = None
    subject: Mapping[str, Any] = NOTHING
    action_properties: Mapping[str, Any] = NOTHING
    resource_properties: Mapping[str, Any] = NOTHING
    context: Mapping[str, Any] = NOTHING
