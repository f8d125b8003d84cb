"""What an operator may set."""

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from nameplate.domain.errors import Invalid

DEFAULT_PORTS = {"syslog+tcp": 601, "syslog+tls": 6514}  # RFC 3195 and by custom of plain TCP; RFC 5425
HEADER_ROOM = 1024


class Target(NamedTuple):
    """Where `to` leads. `old_header`: RFC 3164 in place of RFC 5424."""

    host: str
    port: int
    encrypted: bool = False
    old_header: bool = False


class Settings(NamedTuple):
    """Times in seconds. `hostname`: HOSTNAME of each message, the node's name.

    `max_message`: bytes of a message, what rsyslog takes unless told otherwise. `margin`: records sent again after a
    session that did not end well; it must cover what the receiver's socket buffer and memory queue hold.
    """

    host: str
    port: int
    hostname: str
    old_header: bool = False
    margin: int = 10_000
    max_message: int = 8192
    connect_timeout: float = 5.0
    write_timeout: float = 10.0
    close_timeout: float = 5.0

    @property
    def event_limit(self) -> int:
        """Bytes that an event may have so that it fits a message with its header."""
        return self.max_message - HEADER_ROOM


def parse_target(target: str) -> Target:
    """`syslog+tcp://` or `syslog+tls://HOST[:PORT][?header=3164]`. Raises `Invalid` for all else."""
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unusable("The address of the syslog sink cannot be read.") from None
    header = parse_qs(parts.query).get("header", ["5424"])[-1]
    if (
        parts.scheme not in DEFAULT_PORTS
        or not host
        or "@" in parts.netloc
        or parts.path not in ("", "/")
        or header not in ("3164", "5424")
    ):
        raise _unusable("The address of the syslog sink is not one.")
    return Target(host, port or DEFAULT_PORTS[parts.scheme], parts.scheme == "syslog+tls", header == "3164")


def _unusable(message: str) -> Invalid:
    return Invalid("sink_target", message, "Write it as syslog+tcp://HOST:PORT or syslog+tls://HOST:PORT.")
