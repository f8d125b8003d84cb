"""Event -> bytes on the wire: RFC 5424 messages, RFC 6587 (section 3.4.1) frames."""

from nameplate.domain.findings import Severity
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.sink import Event

AUTHPRIV = 10
ENTERPRISE = 32473  # RFC 5612: the number for documentation, until the project has its own
SEVERITIES = {
    Severity.CRITICAL: 2,
    Severity.HIGH: 3,
    Severity.MEDIUM: 4,
    Severity.LOW: 5,
    Severity.INFO: 6,
}
_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\", "]": r"\]"})


def frame(event: Event, hostname: str, max_message: int) -> bytes:
    """One message with its length in front. What would be longer than `max_message` goes without its MSG part."""
    message = _message(event, hostname)
    if len(message) > max_message:
        message = _header(event, hostname, ' truncated="1"')
    return b"%d %s" % (len(message), message)


def _message(event: Event, hostname: str) -> bytes:
    """MSG is UTF-8 without a byte order mark (MSG-ANY of RFC 5424): JSON may not start with one (RFC 8259)."""
    return _header(event, hostname) + b" " + event.body


def _header(event: Event, hostname: str, mark: str = "") -> bytes:
    priority = AUTHPRIV * 8 + SEVERITIES[event.severity]
    data = f'uid="{event.uid.translate(_ESCAPES)}" seq="{event.seq}" severity="{event.severity}"{mark}'
    host, name = _ascii(hostname, 255), _ascii(event.name, 32)
    return f"<{priority}>1 {rfc3339(event.at)} {host} nameplate - {name} [nameplate@{ENTERPRISE} {data}]".encode()


def _ascii(value: str, size: int) -> str:
    """PRINTUSASCII of RFC 5424, or the nil value."""
    return "".join(each if "!" <= each <= "~" else "_" for each in value[:size]) or "-"
