"""Which addresses may be listened on while there is no TLS."""

import ipaddress
from contextlib import suppress

from nameplate.domain.errors import Invalid


def require_loopback(host: str) -> None:
    """Raise Invalid for an address that others can reach: that needs TLS."""
    with suppress(ValueError):
        if host == "localhost" or ipaddress.ip_address(host).is_loopback:
            return
    message = f"{host} is not a loopback address, and listening beyond this machine needs TLS, which is not there yet."
    raise Invalid("listener", message, "Listen on 127.0.0.1 or ::1, behind a TLS proxy if others must reach it.")
