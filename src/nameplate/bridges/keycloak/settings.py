"""What a bridge to a Keycloak realm needs, read from its manifest and the key store."""

import ssl
from dataclasses import dataclass, field

from nameplate.domain.bridges import Bridge
from nameplate.domain.errors import Invalid

INTERVALS = (0.1, 60.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """`client`, `secret`: a confidential client of the realm with a service account. `interval_s`: between two looks.

    `actor_attribute`: a user with this attribute stands for the actor that it names. `groups`: names that have a
    meaning here. `lease_s`: 0 for none.
    """

    bridge: str
    url: str
    realm: str
    client: str
    secret: str = field(repr=False)
    context: ssl.SSLContext | None
    interval_s: float
    actor_attribute: str
    groups: frozenset[str]
    lease_s: float


def read_settings(bridge: Bridge, credential: bytes, teams: frozenset[str] = frozenset()) -> Settings:
    """Raises Invalid, which never shows the secret. `teams`: groups that are the people of one."""
    secure = bridge.url.startswith("https://")
    return Settings(
        bridge.id,
        bridge.url.rstrip("/"),
        bridge.option("realm"),
        bridge.option("client"),
        _secret(bridge, credential),
        _trust(bridge.option("ca")) if secure else None,
        _interval(bridge.option("interval")),
        bridge.option("actor_attribute"),
        teams | set(bridge.roles),
        bridge.lease_s,
    )


def _secret(bridge: Bridge, credential: bytes) -> str:
    try:
        secret = credential.decode().strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret:
        raise Invalid(
            "credential",
            f"The bridge {bridge.id} needs the secret of its client as `credential`.",
            "Run: nameplate key put NAME, and name it in the manifest.",
        )
    return secret


def _interval(text: str) -> float:
    low, high = INTERVALS
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not low <= seconds <= high:
        raise Invalid("interval", f"`interval` is a number of seconds from {low} to {high:g}.", "Write it as 0.5.")
    return seconds


def _trust(ca: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError):
        raise Invalid("ca", f"{ca} holds no certificate.", "Name a file with the CA's certificate in PEM.") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
