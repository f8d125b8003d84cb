from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.findings import Severity
from nameplate.exports.formats.ocsf import Ocsf
from nameplate.exports.formats.text import render
from nameplate.exports.sinks.mail.message import compose
from nameplate.exports.sinks.mail.settings import Settings
from nameplate.ports.sink import Event

SETTINGS = Settings("smtps", "mx", 465, "n@x.example", ("duty@x.example",))
AT = 1_700_000_000_000_000


def test_a_mail_sent_again_has_the_same_id_and_one_event_its_own_subject() -> None:
    event = Event("n-1", 1, AT, Severity.LOW, "finding", b"[Low] Title\n\nWhat: x")
    first, again = compose([event], SETTINGS, AT), compose([event], SETTINGS, AT + 10**9)
    assert first["Subject"] == "[Low] Title"
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Date"] != again["Date"]


@given(name=st.text(max_size=80), text=st.text(max_size=300))
def test_no_text_adds_a_header_or_breaks_the_mail(name: str, text: str) -> None:
    record = {"seq": 7, "at": "2026-11-22T19:04:05.123456Z", "kind": "finding", "finding": name, "text": text}
    events = Ocsf("n", "1", 16_384, render)(record)
    mail = compose(events, SETTINGS, AT)
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    assert mail.as_bytes()
