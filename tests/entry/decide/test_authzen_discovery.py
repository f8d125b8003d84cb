"""AuthZEN metadata (section 9)."""

import pytest

PATH = "/.well-known/authzen-configuration"


def test_the_metadata_names_the_endpoints_below_the_url_that_was_asked(world):
    reply = world.get(PATH)
    base = f"http://127.0.0.1:{world.server.port}"
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.body["policy_decision_point"] == base
    assert reply.body["access_evaluation_endpoint"] == f"{base}/access/v1/evaluation"
    assert all(value.startswith(base) for name, value in reply.body.items() if name.endswith("_endpoint"))


def test_every_endpoint_that_is_named_is_there(world):
    endpoints = [value for name, value in world.get(PATH).body.items() if name.endswith("_endpoint")]
    base = f"http://127.0.0.1:{world.server.port}"
    assert [world.post(url.removeprefix(base), b"{").status for url in endpoints] == [400] * len(endpoints)


def test_it_needs_no_token_and_returns_the_request_id(world):
    assert world.get(PATH, **{"X-Request-ID": "x1"}).headers["x-request-id"] == "x1"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_it_can_only_be_read(world, method):
    assert world.call(method, PATH, b"{}", {"Content-Type": "application/json"}).status == 405


def test_the_searches_are_named(world):
    names = {f"search_{what}_endpoint" for what in ("subject", "resource", "action")}
    assert names <= world.get(PATH).body.keys()
