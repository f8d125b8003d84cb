import pytest

from nameplate.domain.errors import Invalid, NotFound


@pytest.fixture(scope="module", name="five")
def five_fixture(world):
    unit = {"manufacturer": "Keyset", "model": "K"}
    return [world.actor(f"key-{number}", unit=unit | {"serial": str(number)}) for number in range(5)]


def pages(world, limit, query="manufacturer=Keyset"):
    after = ""
    while True:
        page = world.server.client.get(f"/v1/actors?{query}&limit={limit}&after={after}")
        yield [each["id"] for each in page["items"]]
        after = page["next"]
        if not after:
            return


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 1000])
def test_pages_hold_everybody_once_and_in_order(world, five, limit):
    found = list(pages(world, limit))
    assert [ident for page in found for ident in page] == five
    assert all(len(page) == limit for page in found[:-1])


def test_who_is_declared_between_two_pages_shifts_nobody(world):
    ident = world.actor("turn-1", unit={"manufacturer": "Turner", "model": "T", "serial": "1"})
    world.actor("turn-3", unit={"manufacturer": "Turner", "model": "T", "serial": "3"})
    turning = pages(world, 1, "manufacturer=Turner")
    assert next(turning) == [ident]
    world.actor("turn-0", unit={"manufacturer": "Turner", "model": "T", "serial": "0"})
    assert next(turning) == ["turn-3"]


def test_an_after_that_is_nobody_goes_on_behind_it(world, five):
    page = world.server.client.get("/v1/actors?manufacturer=Keyset&after=key-2zzz")
    assert [each["id"] for each in page["items"]] == ["key-3", "key-4"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "limit=-1"])
def test_a_limit_that_is_none_is_refused(world, query):
    with pytest.raises(Invalid):
        world.server.client.get(f"/v1/actors?{query}")


def test_a_state_narrows_the_list(world):
    actor = world.actor("narrowed")
    world.order("suspend", actor)
    found = world.server.client.get("/v1/actors?state=suspended&limit=1000")["items"]
    assert actor in {each["id"] for each in found}
    assert {each["state"] for each in found} == {"suspended"}


def test_one_actor_is_shown_with_all_that_holds_for_it(world):
    shown = world.server.client.get("/v1/actors/alice")
    assert {"id", "state", "since", "cut_off", "key", "last_zone", "contract_revision", "grants"} <= shown.keys()
    assert shown["cut_off"] is None
    with pytest.raises(NotFound):
        world.server.client.get("/v1/actors/nobody")


def test_a_stop_leaves_its_cut_off_for_good(world):
    actor = world.actor("cut")
    ordered = world.order("suspend", actor)["stop"]["ordered_at"]
    world.order("activate", actor)
    shown = world.server.client.get(f"/v1/actors/{actor}")
    assert (shown["state"], shown["cut_off"]) == ("active", ordered)
