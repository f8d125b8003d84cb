import pytest

from nameplate.boot.sinks import make_sink
from nameplate.domain.errors import Invalid
from nameplate.domain.sinks import Auth, Sink
from nameplate.exports.sinks.file import FileSink
from nameplate.exports.sinks.http import HttpSink
from nameplate.exports.sinks.mail import MailSink
from nameplate.exports.sinks.syslog import SyslogSink

MAIL = "?from=a@b.example&to=c@d.example"


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("file:/x", FileSink),
        ("syslog+tcp://siem:601", SyslogSink),
        ("syslog+tls://siem:6514", SyslogSink),
        ("https://siem.example/in", HttpSink),
        ("http://127.0.0.1/in", HttpSink),
        ("smtp+tls://mx" + MAIL, MailSink),
        ("smtps://mx" + MAIL, MailSink),
        ("smtp://127.0.0.1" + MAIL, MailSink),
    ],
)
def test_each_target_has_its_sink(to, kind):
    sink, limit = make_sink(Sink("s", "ocsf", to, auth=Auth("t", "u")), "n", {"t": b"secret"})
    assert isinstance(sink, kind)
    assert limit >= 7168


def test_all_else_is_refused_with_what_there_is():
    with pytest.raises(Invalid, match="smtp"):
        make_sink(Sink("s", "ocsf", "kafka://x"), "n", {})
