"""What a list is asked for must mean something: a typing error never lists everybody."""

import pytest

from nameplate.domain.errors import Invalid, NotFound
from tests.entry.manage.api.test_strangers import OURS
from tests.entry.manage.managing import ask_manage


@pytest.fixture(scope="module", name="fleet")
def fleet_fixture(world):
    unit = {"manufacturer": "Lister", "supplier": "Dealer"}
    for number in range(6):
        model = "even" if number % 2 == 0 else "odd"
        world.actor(f"list-{number}", unit=unit | {"model": model, "serial": str(number)})
    world.order("suspend", "list-2", "list-3")


def listed(world, query):
    page = world.server.client.get(f"/v1/actors?{query}")
    return [each["id"] for each in page["items"]], page["next"]


def test_selectors_and_states_hold_together_and_across_pages(world, fleet):
    assert listed(world, "supplier=Dealer&model=even") == (["list-0", "list-2", "list-4"], "")
    assert listed(world, "supplier=Dealer&state=suspended") == (["list-2", "list-3"], "")
    assert listed(world, "supplier=Dealer&model=even&state=suspended") == (["list-2"], "")
    assert listed(world, "supplier=Dealer&state=active&limit=2") == (["list-0", "list-1"], "list-1")
    assert listed(world, "supplier=Dealer&state=active&limit=2&after=list-1") == (["list-4", "list-5"], "")
    assert listed(world, "supplier=Nobody") == ([], "")
    assert listed(world, "supplier=dealer") == ([], "")


@pytest.mark.parametrize("query", ["modell=even", "id=alice", "model=", "model=even&x=1", "State=active", "Limit=1"])
def test_what_is_no_field_of_an_actor_selects_nobody_and_says_so(world, fleet, query):
    with pytest.raises(Invalid) as refused:
        listed(world, query)
    assert refused.value.code == "selector"
    assert refused.value.remedy


@pytest.mark.parametrize("state", ["activ", "ACTIVE", "active,suspended", "all"])
def test_a_state_that_there_is_not_is_refused(world, state):
    with pytest.raises(Invalid) as refused:
        listed(world, f"state={state}")
    assert "in_repair" in refused.value.problems[0]["message"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["/v1/actors/", "/v1/points/", "/v1/actors/a%2Fb", "/v1/decisions/", "/docs", "/redoc"]
)
def test_a_path_that_leads_nowhere_is_not_found_and_not_redirected(world, path):
    with pytest.raises(NotFound):
        world.server.client.get(path)


@pytest.mark.parametrize(("method", "path", "allowed"), [("DELETE", "/v1/actors", "GET"), ("GET", "/v1/apply", "POST")])
def test_a_method_that_a_path_does_not_know_names_those_that_it_does(world, method, path, allowed):
    """RFC 9110, section 15.5.6."""
    reply = ask_manage(world, method, path, OURS)
    assert (reply.status, reply.headers["allow"], reply.body["status"]) == (405, allowed, 405)
