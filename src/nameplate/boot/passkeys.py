"""What checks passkeys, and where people reach this server."""

from functools import cache
from urllib.parse import urlsplit

from nameplate.ports.passkeys import Ceremony, Site

from .settings import Settings
from .tls import speaks_tls


@cache
def ceremony() -> Ceremony:
    """Loaded when the first person comes."""
    from nameplate.keys.webauthn import WebauthnCeremony

    return WebauthnCeremony()


def site(settings: Settings, port: int) -> Site:
    """Where people reach this server: `people.url`, else this machine by name. Passkeys take no bare addresses."""
    origin = settings.people.url or f"{'https' if speaks_tls(settings) else 'http'}://localhost:{port}"
    return Site(origin, urlsplit(origin).hostname or "localhost")
