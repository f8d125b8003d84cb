"""The mail server."""

import asyncio
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence

from nameplate.domain.errors import Unavailable
from nameplate.exports.tls import reason
from nameplate.ports.sink import Event, Refusal

from .message import MOST, compose
from .settings import Settings


class MailSink:
    """The `Sink` port on SMTP (RFC 5321): a connection for each mail, `gap` seconds apart at least.

    What waits meanwhile goes into the next mail, so that a flood of findings is no flood of mails.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], int], context: Callable[[], ssl.SSLContext] | None = None
    ) -> None:
        self._settings, self._clock, self._context = settings, clock, context
        self._next = 0.0

    @property
    def margin(self) -> int:
        """See `Sink`."""
        return 0

    async def open(self) -> None:
        """See `Sink`. Whether anybody listens shows at the first mail."""

    async def send(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """See `Sink`."""
        refused: list[Refusal] = []
        for start in range(0, len(events), MOST):
            await asyncio.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + self._settings.gap
            refused += await asyncio.to_thread(self._deliver, events[start : start + MOST])
        return refused

    async def close(self) -> bool:
        """See `Sink`."""
        return True

    def _deliver(self, events: Sequence[Event]) -> list[Refusal]:
        """A server that refuses for good (5yz) will not take it later; all else is tried again."""
        try:
            with self._connected() as server:
                left = server.send_message(compose(events, self._settings, self._clock()))
        except smtplib.SMTPDataError as error:
            if 500 <= error.smtp_code < 600:
                return [Refusal(event, _said(error.smtp_code, error.smtp_error)) for event in events]
            raise self._lost(_said(error.smtp_code, error.smtp_error)) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise self._lost(_refused(error.recipients)) from None
        except smtplib.SMTPResponseException as error:
            raise self._lost(_said(error.smtp_code, error.smtp_error)) from None
        except (OSError, smtplib.SMTPException) as error:
            raise self._lost(reason(error)) from None
        return [Refusal(event, _refused(left)) for event in events] if left else []

    def _connected(self) -> smtplib.SMTP:
        settings, context = self._settings, self._context() if self._context else None
        # Its own way to find our name asks the DNS, which may take long.
        ours = settings.sender.rpartition("@")[2]
        server: smtplib.SMTP
        if settings.scheme == "smtps":
            server = smtplib.SMTP_SSL(settings.host, settings.port, ours, timeout=settings.timeout, context=context)
        else:
            server = smtplib.SMTP(settings.host, settings.port, ours, timeout=settings.timeout)
        try:
            if settings.scheme == "smtp+tls":
                server.starttls(context=context)
            if settings.password:
                server.login(settings.user, settings.password.decode().strip())
        except BaseException:
            server.close()
            raise
        return server

    def _lost(self, why: str) -> Unavailable:
        message = f"The mail server {self._settings.host}:{self._settings.port} takes no mail: {why}."
        return Unavailable("sink_unreachable", message, "Start it or correct the sink: it goes on by itself.")


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:300]


def _refused(recipients: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"not for {name}: {_said(*answer)}" for name, answer in recipients.items())[:500]
