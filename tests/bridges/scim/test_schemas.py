"""A conformance check that others wrote, over HTTP, with the token of a client."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from nameplate.bridges.scim.schemas import provider
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import Server, running_core
from tests.bridges.scim.house import CORE, PATCH, device, replace, user
from tests.entry.world import PATIENCE_S

BRIDGES = "{kind: Bridge, id: entra, type: scim}\n---\n{kind: Bridge, id: okta, type: scim}\n"


@pytest.fixture(name="server", scope="module")
def server_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_core(tmp_path_factory.mktemp("np"), free_port()) as server:
        server.client.post("/v1/apply", {"files": [{"name": "bridges.yaml", "text": BRIDGES}]})
        yield server


@pytest.fixture(name="client")
def client_fixture(server: Server) -> Iterator[httpx2.Client]:
    with connected(server, "entra") as client:
        yield client


def connected(server: Server, bridge: str) -> httpx2.Client:
    token = server.client.post("/v1/bridge-tokens", {"name": bridge})["token"]
    base = f"http://127.0.0.1:{server.port}/scim/v2"
    headers = {"authorization": f"Bearer {token}", "content-type": "application/scim+json"}
    # A bridge that is just declared is heard a moment later: until then it is told to try again.
    return httpx2.Client(base_url=base, headers=headers, timeout=PATIENCE_S)


def test_what_is_served_is_described():
    assert [each.name for each in provider().resource_types] == ["User", "Group", "Device", "Agent"]
    assert provider() is provider()
    assert len(provider(governed=True).schemas) == len(provider().schemas) + 1
    whole, plain = provider().config, provider(cursor=False).config
    assert whole is not None
    assert plain is not None
    assert (bool(whole.pagination), plain.pagination) == (True, None)


@pytest.mark.parametrize("kind", ["User", "Group", "Device", "Agent"])
def test_the_conformance_check_finds_nothing(client: httpx2.Client, kind: str):
    results = check_server(SyncSCIMClient(client), resource_types=[kind])
    assert [each for each in results if each.status is not Status.SUCCESS] == []
    assert len([each for each in results if each.resource_type == kind]) >= 15


def test_every_method_reaches_it_and_places_are_those_that_the_client_called(client: httpx2.Client):
    made = client.post("/Devices", json=device("amr-7")).json()
    where = made["meta"]["location"]
    assert where == f"{str(client.base_url).rstrip('/')}/Devices/{made['id']}"
    assert client.head(where).status_code == 200
    assert client.put(where, json=device("amr-7", active=False)).json()["active"] is False
    assert client.patch(where, json={"schemas": [PATCH], "Operations": [replace("active", True)]}).status_code == 200
    assert client.delete(where).status_code == 204
    assert client.get("/Devices/../../v1/actors").status_code in {401, 404}


def test_without_the_token_of_a_bridge_there_is_an_error_of_the_protocol(server: Server, client: httpx2.Client):
    point = server.client.post("/v1/point-tokens", {"name": "pep"})["token"]
    for told in ("", "Bearer", "Bearer nonsense", f"Bearer {point}", "Basic YTpi", "Bearer \u00ff".encode("latin-1")):
        for method, path in (("GET", "/Users"), ("POST", "/Bulk"), ("GET", "/ServiceProviderConfig")):
            forged = {"authorization": told, "x-nameplate-caller": "bridge:entra"}
            answer = httpx2.request(method, f"http://127.0.0.1:{server.port}/scim/v2{path}", headers=forged)  # type: ignore[arg-type]
            assert answer.status_code == 401, (told, path)
            assert (answer.json()["status"], bool(answer.json()["detail"])) == ("401", True)
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert client.get("/v1/actors").status_code in {401, 404}


def test_a_new_token_ends_the_former_and_clients_see_nothing_of_each_other(server: Server):
    with connected(server, "okta") as former, connected(server, "okta") as okta, connected(server, "entra") as entra:
        assert (former.get("/Users").status_code, okta.get("/Users").status_code) == (401, 200)
        ident = okta.post("/Users", json=user("hidden")).json()["id"]
        for answer in (entra.get(f"/Users/{ident}"), entra.delete(f"/Users/{ident}")):
            assert answer.status_code == 404
        assert entra.get('/Users?filter=userName eq "hidden"').json()["totalResults"] == 0
        assert okta.get(f"/Users/{ident}").status_code == 200


def test_twenty_clients_at_once_create_each_name_once(client: httpx2.Client):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: client.post("/Users", json=user("only-one")).status_code, range(20)))
    assert sorted(made) == [201] + [409] * 19


def test_the_steps_that_okta_publishes(client: httpx2.Client):
    """Okta SCIM 2.0 SPEC Test, its twelve requests."""
    ada: dict[str, Any] = user(
        "runscope300@atko.example",
        name={"givenName": "Runscope", "familyName": "Test"},
        emails=[{"primary": True, "value": "runscope300@atko.example", "type": "work"}],
    )
    first = client.post("/Users", json=ada)
    ident = first.json()["id"]
    listed = client.get("/Users?count=1&startIndex=1").json()
    assert (listed["schemas"], listed["itemsPerPage"], listed["startIndex"], len(listed["Resources"])) == (
        ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        1,
        1,
        1,
    )
    assert listed["totalResults"] >= 1
    got = client.get(f"/Users/{ident}").json()
    assert (got["name"], got["active"], got["emails"][0]["value"]) == (ada["name"], True, ada["userName"])
    assert client.get('/Users?filter=userName eq "nobody@atko.example"').json()["totalResults"] == 0
    missing = client.get("/Users" + "/010101001010101011001010101011")
    assert (missing.status_code, missing.json()["status"], bool(missing.json()["detail"])) == (404, "404", True)
    assert (first.status_code, first.json()["meta"]["resourceType"]) == (201, "User")
    assert client.get(f"/Users/{ident}").json()["userName"] == ada["userName"]
    assert client.post("/Users", json=ada).status_code == 409
    upper = client.get(f'/Users?filter=userName eq "{ada["userName"].upper()}"')
    assert (upper.status_code, upper.json()["totalResults"]) == (200, 1)
    groups = client.get("/Groups")
    assert (groups.status_code, groups.json()["schemas"]) == (200, listed["schemas"])
    off = client.patch(
        f"/Users/{ident}", json={"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": False}}]}
    )
    assert (off.status_code, off.json()["active"]) == (200, False)
    assert json.loads(off.text)["schemas"] == [f"{CORE}User"]
