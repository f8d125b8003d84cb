"""Sinks from the command line, with a real HTTP receiver behind them."""

import json

import pytest

from tests.exports.receivers import OK, receiving
from tests.exports.rsyslogd import free_port, until

FUTURE = "2099-01-01T00:00:00Z"


def uids(requests):
    return [json.loads(line)["metadata"]["uid"] for got in requests for line in got.body.splitlines()]


def declare(world, ident, url, more=""):
    world.apply(f"{{kind: Sink, id: {ident}, format: ocsf, to: '{url}/in'{more}}}")


def test_sinks_are_listed_with_how_far_they_got(world, tmp_path):
    world.apply(f"{{kind: Sink, id: cli-file, format: ocsf, to: 'file:{tmp_path}/events.ndjson'}}")
    assert world.run("sink", "test", "cli-file").code == 0
    listed = {each["id"]: each for each in world.run("sink", "list", "--json").json["items"]}
    assert listed["cli-file"].keys() >= {"format", "to", "status", "lag_records", "lag_seconds", "last_error"}
    assert listed["cli-file"]["last_success"] > "2026"
    assert "cli-file" in world.run("sink", "list").out


def test_a_test_event_arrives_at_its_sink_alone_even_where_only_alarms_go(own_world, tmp_path):
    world = own_world  # whose alarms are its own
    with receiving() as receiver, receiving() as other:
        declare(world, "cli-test", receiver.url, ", events: alarms")
        declare(world, "cli-other", other.url)
        told = world.run("sink", "test", "cli-test", "--json")
        assert (told.code, told.json["taken"]) == (0, True)
        assert uids(receiver.requests) == [told.json["uid"]]
        (event,) = [json.loads(got.body) for got in receiver.requests]
        assert event["activity_name"] == "Sink test"
        assert world.run("sink", "test", "cli-other").code == 0
        assert told.json["uid"] not in uids(other.requests)
        for ident in ("cli-test", "cli-other"):
            world.apply(f"{{kind: Sink, id: {ident}, format: ocsf, to: 'file:{tmp_path}/{ident}'}}")


def test_a_test_that_does_not_arrive_ends_with_6_and_says_why(world):
    declare(world, "cli-down", f"http://127.0.0.1:{free_port()}")
    told = world.run("sink", "test", "cli-down", "--timeout", "1")
    assert told.code == 6
    assert "cannot be reached" in told.err


def test_a_refused_event_is_a_dead_letter_until_it_is_taken(own_world, tmp_path):
    world = own_world  # whose alarms are its own
    with receiving(lambda _: (422, {}, b"not in this form")) as receiver:
        declare(world, "cli-dead", receiver.url, ", events: findings")
        told = world.run("sink", "test", "cli-dead", "--json")
        assert (told.code, told.json["taken"]) == (7, False)
        assert "not in this form" in told.json["why"]
        letters = world.run("sink", "dead-letter", "cli-dead", "--json").json["items"]
        assert [(each["uid"], each["why"]) for each in letters] == [(told.json["uid"], "HTTP 422 not in this form")]
        assert world.run("sink", "dead-letter", "cli-dead", "--retry", "--json").json["refused"] == 1
        receiver.answer = lambda _: OK
        again = world.run("sink", "dead-letter", "cli-dead", "--retry", "--json").json
        assert (again["sent"], again["refused"]) == (1, 0)
        assert world.run("sink", "dead-letter", "cli-dead", "--json").json["items"] == []
        world.apply(f"{{kind: Sink, id: cli-dead, format: ocsf, to: 'file:{tmp_path}/dead'}}")


def test_a_replay_sends_a_span_again_with_the_same_ids(world, tmp_path):
    with receiving() as receiver:
        declare(world, "cli-again", receiver.url)
        assert world.run("sink", "test", "cli-again").code == 0
        first = uids(receiver.requests)
        receiver.requests.clear()
        told = world.run("sink", "replay", "cli-again", "--from", "2026-01-01T00:00:00Z", "--json")
        assert (told.code, told.json["state"]) == (0, "done")
        until(lambda: set(first) <= set(uids(receiver.requests)), "events are missing")
        assert world.run("sink", "replay", "cli-again", "--from", FUTURE, "--json").json["sent"] == 0
        world.apply(f"{{kind: Sink, id: cli-again, format: ocsf, to: 'file:{tmp_path}/again'}}")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("test", "no-such"), 3),
        (("dead-letter", "no-such"), 3),
        (("dead-letter", "no-such", "--retry"), 3),
        (("replay", "no-such", "--from", FUTURE), 3),
        (("replay", "cli-file", "--from", "yesterday"), 1),
        (("replay", "cli-file"), 2),
        (("test", "cli-file", "--timeout", "0"), 2),
    ],
)
def test_what_cannot_be_done_ends_with_its_code(world, words, code):
    assert world.run("sink", *words).code == code
