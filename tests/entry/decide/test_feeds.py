"""Webhooks of a panel, on the public listener of a real server."""

import base64
import json
import secrets
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from nameplate.domain.feeds import Feed, PanelSaid
from nameplate.domain.registry import Registry
from nameplate.domain.webhooks import TOLERANCE_S
from nameplate.entry.decide import feeds
from nameplate.entry.decide.feeds import FeedHook, Taken
from nameplate.entry.decide.replies import HttpError

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
id: signed-hook
to: webhook
fields: {door: door.name, card: card.number}
doors: {"DR-1": fd-door}
secrets: [signed-hook/new, signed-hook/old]
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
        found = world.tail()
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


@pytest.fixture(scope="module", name="keys")
def keys_fixture(world, token):
    keys = [secrets.token_bytes(32) for _ in range(2)]
    for name, key in zip(("new", "old"), keys, strict=True):
        value = "whsec_" + base64.b64encode(key).decode()
        assert world.run("key", "put", f"signed-hook/{name}", stdin=value).code == 0
    return keys


def signed(world, key, *, uid=None, at=None, body=b"", claim=None):
    """What the published library makes of it."""
    uid, at = uid or f"msg_{secrets.token_hex(8)}", int(time.time()) if at is None else at
    text = body or json.dumps(EVENT).encode()
    signature = Webhook(key).sign(uid, datetime.fromtimestamp(at, UTC), text.decode())
    head = {"webhook_id": uid, "webhook_timestamp": str(at), "webhook_signature": signature} | (claim or {})
    return world.post("/v1/feeds/signed-hook/events", text, "none", **head)


def test_a_signed_feed_takes_what_is_signed_with_either_of_its_secrets(world, keys):
    for key in keys:
        told = signed(world, key)
        assert (told.status, told.body) == (200, {"received": 1, "taken": 1})


def test_a_webhook_that_is_sent_again_has_no_effect(world, keys):
    assert signed(world, keys[0], uid="msg_once").body == {"received": 1, "taken": 1}
    assert signed(world, keys[0], uid="msg_once").body == {"received": 0, "taken": 0}
    assert signed(world, keys[0], uid="msg_twice", body=b"[").status == 400
    assert signed(world, keys[0], uid="msg_twice").body == {"received": 1, "taken": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": int(time.time()) - 400},
        {"at": int(time.time()) + 4_000},
        {"claim": {"webhook_signature": ""}},
        {"claim": {"webhook_signature": "v1,AAAA"}},
        {"claim": {"webhook_timestamp": "now"}},
        {"claim": {"webhook_id": "msg_another"}},
        {"claim": {"webhook_id": ""}},
    ],
)
def test_what_is_not_signed_now_is_refused(world, keys, wrong):
    assert signed(world, keys[0], **wrong).status == 401


def test_another_key_or_a_token_instead_does_not_do(world, keys):
    assert signed(world, secrets.token_bytes(32)).status == 401
    token = world.run("point", "token", "signed-hook", "--json").json["token"]
    assert world.post("/v1/feeds/signed-hook/events", EVENT, token).status == 401


def test_what_was_signed_before_a_start_is_not_taken_after_it():
    """The ids that were taken are gone then."""
    key, now = secrets.token_bytes(32), int(time.time())
    feed = Feed("f", "default", "webhook", {}, {}, {"opened": PanelSaid.OPENED}, secrets=("k",))
    value = b"whsec_" + base64.b64encode(key)
    hook = FeedHook(Registry(), lambda _feed, _told: None, lambda _: None, lambda _: value, lambda: now * 1_000_000)

    def taken(at):
        signature = Webhook(key).sign("m", datetime.fromtimestamp(at, UTC), "{}")
        head = {b"webhook-id": "m", b"webhook-timestamp": str(at), b"webhook-signature": signature}
        return hook.take_signed(feed, {"headers": [(name, each.encode()) for name, each in head.items()]}, b"{}")

    for at in (now - 1, now):
        with pytest.raises(HttpError):
            taken(at)
    assert taken(now + 1).received == 1


def test_what_can_come_again_is_remembered_and_no_more(monkeypatch):
    monkeypatch.setattr(feeds, "MAX_TAKEN", 2)
    taken = Taken()
    for ident in ("a", "b"):
        assert taken.room(0)
        taken.put("f", ident, 0)
    assert not taken.room(2 * TOLERANCE_S)
    assert taken.has("f", "a")
    assert not taken.has("g", "a")
    assert taken.room(2 * TOLERANCE_S + 1)
    assert not taken.has("f", "a")
