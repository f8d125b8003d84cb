"""Telling systemd how it stands (sd_notify(3)). Without systemd nothing happens."""

import os
import socket
from collections.abc import Mapping


def tell_systemd(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Send `READY=1`, `STOPPING=1` or the like to who started us, if that is systemd."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        # A leading @ stands for the abstract namespace (unix(7)).
        sock.connect("\0" + address[1:] if address.startswith("@") else address)
        sock.send(state.encode())


def watchdog_seconds(environ: Mapping[str, str] = os.environ) -> float | None:
    """How often systemd wants to hear of us; None when it does not."""
    microseconds = environ.get("WATCHDOG_USEC", "")
    ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(microseconds) / 1_000_000 if microseconds.isdecimal() and int(microseconds) and ours else None
