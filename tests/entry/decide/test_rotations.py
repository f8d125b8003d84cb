"""Our own keys over the control socket: who may have them changed, and what is refused. Readers: `tests/journeys`."""

import pytest

from nameplate.domain.errors import Conflict, Invalid, NotFound, Refused
from tests.docs.records import recorded

REASON = {"reason": "Every year"}


def rotate(world, what, **named):
    return world.server.client.post(f"/v1/keys/{what}/rotate", {**REASON, **named})


def verify(world, *more):
    return world.run("journal", "verify", "--json", *more).json


def test_the_journal_goes_on_under_a_new_key_and_both_keys_verify_it(world):
    noted = (world.server.data / "journal" / "node.vkey").read_text().strip()
    first = rotate(world, "node")
    assert first["former"] != first["key"]
    assert (first["of"], first["in_use"]) == ("node", True)
    told = world.run("key", "rotate", "node", "--reason", "And again", "--json")
    assert (told.code, told.json["former"]) == (0, first["key"])
    assert world.permits("alice")
    for more in ((), ("--key", noted)):
        report = verify(world, *more)
        assert (report["integrity"], report["completeness"]) == ("ok", "ok")
    records = [each for each in recorded(world.server.data / "journal") if each["kind"] == "node_key"]
    assert [each["reason"] for each in records[-2:]] == ["Every year", "And again"]
    assert records[-1]["by"].startswith("uid:")
    assert records[-1]["step"].split() == [str(records[-1]["seq"]), first["key"], told.json["key"]]


def test_what_is_not_there_has_no_key(world):
    with pytest.raises(NotFound):
        rotate(world, "points", point="no-such-point")
    with pytest.raises(Conflict, match="token"):
        rotate(world, "points", point="pep")
    with pytest.raises(NotFound):
        rotate(world, "transport", door="no-such-door")
    assert world.run("key", "rotate", "point", "no-such-point", "--reason", "x").code == 3
    assert world.run("key", "rotate", "transport", "no-such-door", "--reason", "x").code == 3
    assert not [each for each in recorded(world.server.data / "journal") if each["kind"] == "transport_key"]


@pytest.mark.parametrize("body", [{}, {"reason": 7}, {"reason": "x", "key": "00"}])
def test_what_is_no_order_is_refused(world, body):
    for what in ("node", "points", "transport"):
        with pytest.raises(Invalid):
            world.server.client.post(f"/v1/keys/{what}/rotate", body)


def test_it_takes_a_reason(world):
    before = (world.server.data / "journal" / "node.vkey").read_text()
    with pytest.raises(Refused):
        world.server.client.post("/v1/keys/node/rotate", {"reason": "  "})
    assert world.run("key", "rotate", "node").code == 2
    assert (world.server.data / "journal" / "node.vkey").read_text() == before


def test_strangers_change_no_key(world):
    before = (world.server.data / "journal" / "node.vkey").read_text()
    replies = [world.post(f"/v1/keys/{what}/rotate", REASON) for what in ("node", "points", "transport")]
    assert [reply.status for reply in replies] == [401, 401, 401]
    assert (world.server.data / "journal" / "node.vkey").read_text() == before
