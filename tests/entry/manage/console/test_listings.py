from tests.entry.manage.console.browsing import look


def test_lists_show_what_is_declared_and_what_is_not(own_world):
    assert "No identity system has told of anybody yet" in look(own_world, "/console/people").text
    assert "Operations" in look(own_world, "/console/people").text
    assert "nothing leaves this machine" in look(own_world, "/console/sinks").text
    assert "There was never an alarm" in look(own_world, "/console/alarms").text
    own_world.apply(
        "{kind: Sink, id: siem, format: ocsf, to: 'syslog+tcp://127.0.0.1:9'}\n---\n"
        "{kind: Bridge, id: company, type: scim}"
    )
    assert "siem" in look(own_world, "/console/sinks").text


def test_the_journal_is_shown_by_kind(world):
    world.permits("alice")
    seen = look(world, "/console/journal?kind=decision")
    assert "alice" in seen.text
    assert '"Kind">decision<' in seen.html
    assert '"Kind">declared<' not in seen.html
    assert "No record fits" in look(world, "/console/journal?kind=nothing").text
