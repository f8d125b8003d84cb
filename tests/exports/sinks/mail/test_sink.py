"""Mail to a real SMTP server (aiosmtpd), in the clear, by STARTTLS and over TLS."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from nameplate.domain.errors import Unavailable
from nameplate.domain.findings import Severity
from nameplate.exports.sinks.mail import MailSink, Settings
from nameplate.exports.tls import client_context
from nameplate.ports.sink import Event, Refusal
from tests.exports.certificates import Authority, Pair
from tests.exports.rsyslogd import free_port

AT = 1_700_000_000_000_000


class Box:
    """Keeps what comes. `answer`: what it says to a mail; `strangers`: recipients that it does not know."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer, self.strangers = "250 OK", set[str]()
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - its name
        if address in self.strangers:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - its name
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.encrypted.append(session.ssl is not None)
        return self.answer


@contextmanager
def served(box: Box, pair: Pair | None = None, *, implicit: bool = False, login: bool = False) -> Iterator[int]:
    """The port of a server in a thread of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    more: dict[str, Any] = {}
    if pair:
        context.load_cert_chain(pair.cert, pair.key)
        more = {} if implicit else {"tls_context": context, "require_starttls": True}
    if login:
        more |= {"authenticator": _knows, "auth_required": True, "auth_require_tls": True}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def build() -> SMTP:
        return SMTP(box, hostname="mx", loop=loop, **more)

    listening = loop.create_server(build, "127.0.0.1", 0, ssl=context if implicit else None)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result(10)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.01)  # connections close at the next turn


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"nameplate", b"hunter2"), handled=False)


def event(seq: int, severity: Severity = Severity.HIGH) -> Event:
    body = f"[{severity}] Door forced open: door:d{seq}\n\nWhat:    It opened without a permit, é"
    return Event(f"n-{seq}", seq, AT, severity, "finding", body.encode())


def settings(port: int, scheme: str = "smtp", **more: Any) -> Settings:
    base = Settings(scheme, "127.0.0.1", port, "nameplate@clinic.example", ("duty@clinic.example",), gap=0.0)
    return base._replace(timeout=5.0, **more)


def send(given: Settings, events: Sequence[Event], ca: Path | None = None) -> Sequence[Refusal]:
    sink = MailSink(given, lambda: AT, (lambda: client_context(str(ca))) if ca else None)

    async def run() -> Sequence[Refusal]:
        await sink.open()
        refused = await sink.send(events)
        await sink.close()
        return refused

    return asyncio.run(run())


def test_one_mail_tells_of_all_with_the_worst_in_its_subject() -> None:
    box = Box()
    with served(box) as port:
        assert send(settings(port), [event(1, Severity.LOW), event(2, Severity.CRITICAL), event(3)]) == []
    (mail,) = box.mails
    assert mail["Subject"] == "[critical] Door forced open: door:d2 and 2 more"
    assert (mail["From"], mail["To"]) == ("nameplate@clinic.example", "duty@clinic.example")
    assert mail["Message-ID"] == "<n-1.n-3@clinic.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert all(f"door:d{seq}" in mail.get_content() for seq in (1, 2, 3))
    assert "without a permit, é" in mail.get_content()


def test_nothing_to_say_sends_no_mail() -> None:
    box = Box()
    with served(box) as port:
        assert send(settings(port), []) == []
    assert box.mails == []


def test_a_flood_becomes_few_mails_with_time_between_them() -> None:
    box = Box()
    with served(box) as port:
        began = time.monotonic()
        send(settings(port, gap=0.2), [event(seq) for seq in range(1, 121)])
    assert len(box.mails) == 3
    assert time.monotonic() - began >= 0.4


def test_starttls_with_a_login(tmp_path: Path) -> None:
    authority, box = Authority(tmp_path), Box()
    with served(box, authority.issue("mx"), login=True) as port:
        given = settings(port, "smtp+tls", user="nameplate", password=b"hunter2\n")
        assert send(given, [event(1)], authority.cert) == []
        with pytest.raises(Unavailable, match="535") as caught:
            send(given._replace(password=b"hunter3"), [event(2)], authority.cert)
        assert "hunter3" not in str(caught.value)
    assert box.encrypted == [True]


def test_tls_from_the_start(tmp_path: Path) -> None:
    authority, box = Authority(tmp_path), Box()
    with served(box, authority.issue("mx"), implicit=True) as port:
        assert send(settings(port, "smtps"), [event(1)], authority.cert) == []
    assert len(box.mails) == 1


def test_a_server_without_starttls_gets_no_mail_and_no_password(tmp_path: Path) -> None:
    authority, box = Authority(tmp_path), Box()
    with served(box) as port, pytest.raises(Unavailable, match="STARTTLS"):
        send(settings(port, "smtp+tls", user="u", password=b"p"), [event(1)], authority.cert)
    assert box.mails == []


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtps"])
def test_a_server_of_another_ca_gets_no_mail(tmp_path: Path, scheme: str) -> None:
    authority, stranger, box = Authority(tmp_path), Authority(tmp_path, "stranger"), Box()
    with (
        served(box, authority.issue("mx"), implicit=scheme == "smtps") as port,
        pytest.raises(Unavailable, match="certificate is not accepted"),
    ):
        send(settings(port, scheme), [event(1)], stranger.cert)
    assert box.mails == []


def test_a_mail_that_is_refused_for_good_is_a_dead_letter_and_one_for_later_is_not() -> None:
    box = Box()
    with served(box) as port:
        box.answer = "554 5.7.1 looks like spam"
        assert [each.why for each in send(settings(port), [event(1)])] == ["554 5.7.1 looks like spam"]
        box.answer = "451 4.7.1 greylisted"
        with pytest.raises(Unavailable, match="greylisted"):
            send(settings(port), [event(1)])


def test_a_recipient_whom_the_server_does_not_know_is_told() -> None:
    box = Box()
    box.strangers = {"gone@clinic.example"}
    with served(box) as port:
        both = settings(port, recipients=("duty@clinic.example", "gone@clinic.example"))
        (refused,) = send(both, [event(1)])
        assert "gone@clinic.example: 550" in refused.why
        assert len(box.mails) == 1
        with pytest.raises(Unavailable, match="550"):
            send(settings(port, recipients=("gone@clinic.example",)), [event(1)])


def test_nobody_there_is_said() -> None:
    with pytest.raises(Unavailable, match="Connection refused"):
        send(settings(free_port()), [event(1)])
