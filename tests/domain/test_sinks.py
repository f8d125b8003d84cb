import pytest

from nameplate.domain.sinks import Auth, Sink, Tls, wants


def test_a_sink_may_be_given_what_it_names_and_nothing_else():
    assert Sink("s", "ocsf", "file:x").credentials == ()
    named = Sink("s", "ocsf", "https://x", tls=Tls(key="k"), auth=Auth("token"), secrets=("new", "token"))
    assert named.credentials == ("k", "token", "new")


@pytest.mark.parametrize(
    ("record", "takers"),
    [
        ({"kind": "decision"}, {"all"}),
        ({"kind": "checkpoint"}, {"all", "findings", "alarms"}),
        ({"kind": "node_key"}, {"all", "findings", "alarms"}),
        ({"kind": "outcome", "happening": "passage"}, {"all"}),
        ({"kind": "outcome", "happening": "door_forced"}, {"all", "findings"}),
        ({"kind": "finding"}, {"all", "findings"}),
        ({"kind": "journal_cut"}, {"all", "findings"}),
        ({"kind": "alarm"}, {"all", "findings", "alarms"}),
        ({"kind": "sink_test", "sink": "s"}, {"all", "findings", "alarms"}),
        ({"kind": "sink_test", "sink": "other"}, set()),
        ({}, {"all"}),
    ],
)
def test_a_sink_takes_what_it_asked_for(record, takers):
    events = {"all", "findings", "alarms"}
    assert {each for each in events if wants(Sink("s", "ocsf", "file:x", each), record)} == takers


@pytest.mark.parametrize(
    "to", ["smtp+tls://h:587?from=a&to=b", "smtps://h:465?from=a&to=b", "smtp://127.0.0.1:25?from=a"]
)
def test_people_get_the_first_checkpoint_of_a_day_by_mail_and_each_new_key(to):
    for events in ("all", "findings", "alarms"):
        mail = Sink("s", "text", to, events)
        assert not wants(mail, {"kind": "checkpoint"})
        assert not wants(mail, {"kind": "checkpoint", "daily": "yes"})
        assert wants(mail, {"kind": "checkpoint", "daily": True})
        assert wants(mail, {"kind": "node_key"})
