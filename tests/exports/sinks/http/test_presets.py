import json

from nameplate.exports.https import Answer
from nameplate.exports.sinks.http.presets import PRESETS, groups, refused_items
from nameplate.exports.sinks.http.settings import Settings
from tests.exports.sinks.syslog.test_sink import event

EVENTS = [event(seq) for seq in range(1, 6)]


def bulk(*statuses: int) -> Answer:
    items = [{"create": {"status": status}} for status in statuses]
    return Answer(200, {}, json.dumps({"errors": True, "items": items}).encode())


def test_groups_keep_the_order_and_both_limits() -> None:
    size = len(EVENTS[0].body)
    assert [len(group) for group in groups(EVENTS, 2, 10**6)] == [2, 2, 1]
    assert [len(group) for group in groups(EVENTS, 500, 3 * size)] == [3, 2]
    assert [len(group) for group in groups(EVENTS, 500, 1)] == [1, 1, 1, 1, 1]
    assert [each for group in groups(EVENTS, 2, 3 * size) for each in group] == EVENTS
    assert list(groups([], 1, 1)) == []


def test_every_preset_makes_json_of_what_it_is_given() -> None:
    for name, preset in PRESETS.items():
        body = preset.body(EVENTS[:1], Settings("https://x", "n", name))
        assert all(json.loads(line) for line in body.splitlines())


def test_an_answer_of_the_bulk_api_tells_of_each_document() -> None:
    refused = refused_items(bulk(201, 409, 400, 200, 404), EVENTS)
    assert refused is not None
    assert [each.event.seq for each in refused] == [3, 5]


def test_an_answer_that_is_unclear_means_once_more() -> None:
    assert refused_items(bulk(201, 429, 201, 201, 201), EVENTS) is None
    assert refused_items(bulk(201, 201), EVENTS) is None
    assert refused_items(Answer(200, {}, b"welcome"), EVENTS) is None
    assert refused_items(Answer(200, {}, b'{"items": "none"}'), EVENTS) is None
