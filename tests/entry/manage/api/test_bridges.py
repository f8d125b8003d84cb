from tests.entry.manage.managing import ask_manage
from tests.entry.serve.servers import until


def listed(world):
    return {each["id"]: each for each in world.server.client.get("/v1/bridges")["items"]}


def test_bridges_are_listed_with_how_they_are(world):
    world.apply("{kind: Bridge, id: api-bridge, type: scim}")
    until(lambda: "api-bridge" in listed(world), "it is listed")
    shown = listed(world)["api-bridge"]
    assert shown.keys() >= {"type", "url", "status", "heard_at", "lease_s", "bound_ms", "stops", "detail"}
    assert (shown["type"], shown["bound_ms"], shown["stops"]["p50_ms"]) == ("scim", None, None)


def test_strangers_learn_nothing(world):
    for caller in ("uid:12345", "anonymous", "bridge:api-bridge"):
        assert ask_manage(world, "GET", "/v1/bridges", caller).status == 403
    assert world.get("/v1/bridges").status in (401, 403)
