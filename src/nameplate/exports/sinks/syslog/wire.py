"""Event -> bytes on the wire: RFC 5424 or RFC 3164 messages, RFC 6587 (section 3.4.1) and RFC 5425 frames."""

from datetime import UTC, datetime

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
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\", "]": r"\]"})


def frame(event: Event, hostname: str, max_message: int, *, old_header: bool = False) -> bytes:
    """One message with its length in front. What would be longer than `max_message` goes without its MSG part.

    With `old_header`, that of RFC 3164, it is cut instead: such a message has no other place for its identity.
    """
    message = _old_header(event, hostname) + event.body if old_header else _message(event, hostname)
    if len(message) > max_message:
        message = message[:max_message] if old_header else _header(event, hostname, ' truncated="1"')
    return b"%d %s" % (len(message), message)


def _message(event: Event, hostname: str) -> bytes:
    """MSG is UTF-8 without a byte order mark (MSG-ANY of RFC 5424): JSON may not start with one (RFC 8259)."""
    return _header(event, hostname) + b" " + event.body


def _header(event: Event, hostname: str, mark: str = "") -> bytes:
    data = f'uid="{event.uid.translate(_ESCAPES)}" seq="{event.seq}" severity="{event.severity}"{mark}'
    host, name = _ascii(hostname, 255), _ascii(event.name, 32)
    return (
        f"<{_priority(event)}>1 {rfc3339(event.at)} {host} nameplate - {name} [nameplate@{ENTERPRISE} {data}]".encode()
    )


def _old_header(event: Event, hostname: str) -> bytes:
    """Without a year, a zone or a tag: CEF begins with its own. The time is UTC; `rt` in CEF says it exactly."""
    at = datetime.fromtimestamp(event.at / 1_000_000, UTC)
    return f"<{_priority(event)}>{MONTHS[at.month - 1]} {at.day:2} {at:%H:%M:%S} {_ascii(hostname, 255)} ".encode()


def _priority(event: Event) -> int:
    return AUTHPRIV * 8 + SEVERITIES[event.severity]


def _ascii(value: str, size: int) -> str:
    """PRINTUSASCII of RFC 5424, or the nil value."""
    return "".join(each if "!" <= each <= "~" else "_" for each in value[:size]) or "-"
