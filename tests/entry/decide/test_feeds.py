"""Webhooks of a panel, on the public listener of a real server."""

import json
import time

import pytest

SITE = """
{kind: Zone, id: fd1}
---
{kind: Zone, id: fd2}
---
{kind: Door, id: fd-door, joins: [fd1, fd2]}
---
kind: Feed
id: hook
to: webhook
fields: {door: door.name, card: card.number}
doors: {"DR-1": fd-door}
watch: [fd-door]
---
kind: Feed
id: no-hook
to: "csv:/none.csv"
doors: {"DR-1": fd-door}
"""
EVENT = {"time": "2026-11-22T18:04:05Z", "door": {"name": "DR-1"}, "card": {"number": 7}, "event": "opened"}


@pytest.fixture(scope="module", name="token")
def token_fixture(world):
    world.apply(SITE)
    return world.run("point", "token", "hook", "--json").json["token"]


def test_events_are_taken_from_whoever_holds_the_token(world, token):
    told = world.post("/v1/feeds/hook/events", [EVENT, EVENT | {"door": {"name": "DR-9"}}], token)
    assert (told.status, told.body) == (200, {"received": 2, "taken": 1})
    assert world.post("/v1/feeds/hook/events", EVENT, token).body == {"received": 1, "taken": 1}


def test_an_opening_of_a_watched_door_becomes_a_finding(world, token):
    deadline = time.monotonic() + 20
    found = ""
    while "opening_without_decision" not in found and time.monotonic() < deadline:
        world.post("/v1/feeds/hook/events", EVENT, token)
        time.sleep(0.5)
        found = world.run("journal", "tail", "-n", "50", "--no-follow", "--json").out
    records = [json.loads(line) for line in found.splitlines()]
    told = [each for each in records if each["kind"] == "panel_event"]
    assert told
    assert all("card" not in each for each in told)


@pytest.mark.parametrize("given", ["", "wrong", None])
def test_without_the_token_nothing_is_taken(world, token, given):
    assert world.post("/v1/feeds/hook/events", EVENT, given).status == 401


def test_the_token_of_another_point_or_feed_does_not_do(world, token):
    other = world.run("point", "token", "no-hook", "--json").json["token"]
    assert world.post("/v1/feeds/hook/events", EVENT, other).status == 401
    assert world.post("/v1/feeds/no-hook/events", EVENT, other).status == 404
    assert world.post("/v1/feeds/nobody/events", EVENT, token).status == 401


@pytest.mark.parametrize("body", [1, "x", None, [1], [EVENT] * 1001])
def test_what_is_no_event_is_refused(world, token, body):
    assert world.post("/v1/feeds/hook/events", body, token).status == 400


def test_deep_and_odd_objects_say_nothing(world, token):
    deep = {"door": {"name": {"name": {"name": {"name": {"name": 1}}}}}, "event": True, "card": None}
    assert world.post("/v1/feeds/hook/events", deep, token).body == {"received": 1, "taken": 0}
