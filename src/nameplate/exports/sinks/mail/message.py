"""Events -> one mail (RFC 5322)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from nameplate.domain.findings import Severity
from nameplate.ports.sink import Event

from .settings import Settings

ORDER = list(Severity)
MOST = 50
LONGEST_SUBJECT = 150
ABOUT = "Nameplate sent this by itself. What is sent, and to whom, is declared in a sink: nameplate sink list."


def compose(events: Sequence[Event], settings: Settings, at: int) -> EmailMessage:
    """One mail for all of them, the worst in the subject. Sent again it has the same Message-ID."""
    worst = max(events, key=lambda event: ORDER.index(event.severity))
    title, more = _lines(worst)[0][:LONGEST_SUBJECT], len(events) - 1
    mail = EmailMessage()
    mail["From"], mail["To"] = settings.sender, ", ".join(settings.recipients)
    mail["Subject"] = f"{title} and {more} more" if more else title
    mail["Date"] = format_datetime(datetime.fromtimestamp(at // 1_000_000, UTC))
    domain = settings.sender.rpartition("@")[2]
    mail["Message-ID"] = f"<{events[0].uid}.{events[-1].uid}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice shall answer
    mail.set_content("\n\n".join("\n".join(_lines(event)) for event in events) + f"\n\n-- \n{ABOUT}\n")
    return mail


def _lines(event: Event) -> list[str]:
    return event.body.decode("utf-8", "replace").split("\n")
