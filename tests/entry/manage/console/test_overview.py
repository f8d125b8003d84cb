from tests.entry.manage.console.browsing import look


def test_the_overview_counts_what_there_is_and_tells_the_latest_refusals(own_world):
    own_world.permits("alice")
    own_world.evaluate("bob", "write", "record-7")
    own_world.apply(
        "{kind: Sink, id: siem, format: ocsf, to: 'syslog+tcp://127.0.0.1:9'}\n---\n"
        "{kind: Bridge, id: company, type: scim}"
    )
    own_world.order("suspend", "bob")
    seen = look(own_world, "/console/")
    for words in (
        "2 actors",
        "2 decisions in the last hour",
        "1 permitted, 1 denied",
        "active 1",
        "suspended 1",
        "bob",
    ):
        assert words in seen.text, words
    assert "siem" in seen.text
