"""What an operator may set."""

from typing import NamedTuple
from urllib.parse import urlsplit

from nameplate.domain.errors import Invalid

DEFAULT_PORT = 601  # RFC 3195, and by custom of plain TCP
HEADER_ROOM = 1024


class Settings(NamedTuple):
    """Times in seconds. `hostname`: HOSTNAME of each message, the node's name.

    `max_message`: bytes of a message, what rsyslog takes unless told otherwise. `margin`: records sent again after a
    session that did not end well; it must cover what the receiver's socket buffer and memory queue hold.
    """

    host: str
    port: int
    hostname: str
    margin: int = 10_000
    max_message: int = 8192
    connect_timeout: float = 5.0
    write_timeout: float = 10.0
    close_timeout: float = 5.0

    @property
    def event_limit(self) -> int:
        """Bytes that an event may have so that it fits a message with its header."""
        return self.max_message - HEADER_ROOM


def parse_target(target: str) -> tuple[str, int]:
    """Host and port of `syslog+tcp://HOST[:PORT]`. Raises `Invalid` for all else."""
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unusable("The address of the syslog sink cannot be read.") from None
    if parts.scheme == "syslog+tls":
        message = "Syslog over TLS is not built in yet."
        raise _unusable(message, "Send to a relay on this machine that speaks TLS, such as rsyslog.")
    if parts.scheme != "syslog+tcp" or not host or parts.username is not None or parts.path not in ("", "/"):
        raise _unusable("The address of the syslog sink is not one.")
    return host, port or DEFAULT_PORT


def _unusable(message: str, remedy: str = "Write it as syslog+tcp://HOST:PORT.") -> Invalid:
    return Invalid("sink_target", message, remedy)
