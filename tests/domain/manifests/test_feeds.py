import pytest

from nameplate.domain.feeds import Feed, FeedTls, PanelSaid
from nameplate.domain.manifests.documents import from_document, read_document, to_document

FEED = {
    "kind": "Feed",
    "id": "panel",
    "site": "clinic",
    "to": "csv:/var/log/panel.csv",
    "fields": {"door": "Reader Name", "event": "Event"},
    "doors": {"DR-12 Vault": "vault"},
    "granted": ["Access Granted", "Door Unlocked"],
    "watch": ["vault"],
    "within": "10s",
}


TLS = {"ca": "/etc/nameplate/panels-ca.pem", "peers": ["relay.clinic.example", "10.0.0.7"]}


def test_a_feed_is_read_and_written():
    value = from_document(FEED)
    assert isinstance(value, Feed)
    assert value.fields == {"time": "time", "door": "Reader Name", "card": "card", "event": "Event"}
    assert value.words == {
        "Access Granted": PanelSaid.GRANTED,
        "Door Unlocked": PanelSaid.GRANTED,
        "refused": PanelSaid.REFUSED,
        "opened": PanelSaid.OPENED,
    }
    assert to_document(value) == FEED
    assert from_document(to_document(value)) == value


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "csv:relative.csv"}, "to"),
        ({"to": "syslog+udp://0.0.0.0:5514"}, "to"),
        ({"to": "syslog+udp://127.0.0.1:0"}, "to"),
        ({"to": "syslog+tcp://panel.example:5514"}, "to"),
        ({"to": "http://x"}, "to"),
        ({"to": "syslog+tls://0.0.0.0:6514"}, "tls"),
        ({"to": "syslog+tls://0.0.0.0:0", "tls": TLS}, "to"),
        ({"to": "syslog+tls://0.0.0.0", "tls": TLS}, "to"),
        ({"to": "syslog+tls://a@b:6514", "tls": TLS}, "to"),
        ({"to": "syslog+tls://0.0.0.0:6514", "tls": {"ca": "ca.pem"}}, "tls.peers"),
        ({"to": "syslog+tls://0.0.0.0:6514", "tls": {"peers": ["relay"]}}, "tls.ca"),
        ({"to": "syslog+tls://0.0.0.0:6514", "tls": TLS | {"peers": []}}, "tls.peers"),
        ({"to": "syslog+tls://0.0.0.0:6514", "tls": TLS | {"peers": ["*.example"]}}, "tls.peers[0]"),
        ({"to": "syslog+tls://0.0.0.0:6514", "tls": TLS | {"peers": ["a", "b c"]}}, "tls.peers[1]"),
        ({"to": "syslog+tls://0.0.0.0:6514", "tls": TLS | {"verify": False}}, "tls.verify"),
        ({"to": "syslog+tcp://127.0.0.1:5514", "tls": TLS}, "tls"),
        ({"to": "webhook", "tls": TLS}, "tls"),
        ({"doors": {}}, "doors"),
        ({"doors": {"a": "no id!"}}, "doors.a"),
        ({"doors": ["vault"]}, "doors"),
        ({"doors": {"a": 1}}, "doors.a"),
        ({"fields": {"colour": "x"}}, "fields.colour"),
        ({"within": "soon"}, "within"),
        ({"secrets": ["hook"]}, "secrets"),
        ({"to": "webhook", "secrets": ["no name!"]}, "secrets[0]"),
        ({"to": "webhook", "secrets": ["a", "b", "c"]}, "secrets"),
    ],
)
def test_what_is_no_feed_is_refused(change, field):
    value, problems = read_document(FEED | change)
    assert value is None
    assert field in {problem.where for problem in problems}


@pytest.mark.parametrize("to", ["webhook", "syslog+udp://127.0.0.1:5514", "syslog+tcp://localhost:5514"])
def test_other_sources_are_taken(to):
    assert read_document(FEED | {"to": to})[1] == []


@pytest.mark.parametrize("to", ["syslog+tls://0.0.0.0:6514", "syslog+tls://[::]:6514", "syslog+tls://np.example:6514"])
def test_beyond_this_machine_syslog_comes_over_tls_from_named_peers(to):
    encrypted = FEED | {"to": to, "tls": TLS}
    value = from_document(encrypted)
    assert isinstance(value, Feed)
    assert value.tls == FeedTls("/etc/nameplate/panels-ca.pem", ("relay.clinic.example", "10.0.0.7"))
    assert to_document(value) == encrypted


@pytest.mark.parametrize("to", ["syslog+udp://0.0.0.0:514", "syslog+tcp://10.0.0.1:514", "syslog+tcp://[::]:514"])
def test_in_the_clear_it_is_refused_there_with_what_to_do(to):
    (problem,) = read_document(FEED | {"to": to})[1]
    assert problem.where == "to"
    for words in ("In the clear", "this machine only", "syslog+tls://", "relay"):
        assert words in problem.remedy


def test_a_webhook_may_be_signed_and_nothing_else():
    signed = FEED | {"to": "webhook", "secrets": ["hook/new", "hook/old"]}
    value = from_document(signed)
    assert isinstance(value, Feed)
    assert value.secrets == ("hook/new", "hook/old")
    assert to_document(value) == signed
