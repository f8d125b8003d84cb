"""People, as those see them who may: by pseudonym, with their names beside the record."""

import asyncio
import json
from contextlib import closing
from typing import Any

import pytest
from fastapi import FastAPI

from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.people import Passkey, Person, Session
from nameplate.domain.registry import Registry
from nameplate.entry.manage.api import problems
from nameplate.entry.manage.api.people import LISTED, routes
from nameplate.ports.upstream import PersonName
from nameplate.stores.sqlite.people import SqliteNames
from tests.entry.manage.managing import ask_manage

ROLES = {"owners": Role.OWNER, "viewers": Role.VIEWER}
MAIL = "ada@clinic.example"


def ask(app: Any, path: str, query: str = "", caller: str = "uid:0") -> tuple[int, Any]:
    """GET, as whoever the deciding process says it is."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"x-nameplate-caller", caller.encode())] if caller else []
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode()}
    asyncio.run(app(scope | {"query_string": query.encode(), "headers": headers, "root_path": ""}, receive, send))
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture(name="registry")
def registry_fixture():
    registry = Registry(bridges={"hr": Bridge("hr", "s", BridgeType.SCIM, roles=ROLES)})
    registry.people["p-ada"] = Person("p-ada", "hr", groups=("viewers", "owners", "strangers"))
    registry.people["p-eve"] = Person("p-eve", "hr", active=False, since=1_000_000, groups=("owners",))
    registry.people["p-zoe"] = Person("p-zoe", "gone", groups=("owners",))
    for ident, person in (("k2", "p-ada"), ("k1", "p-ada"), ("k3", "p-eve")):
        registry.passkeys[ident] = Passkey(ident, person, "")
    for ident, person in (("s1", "p-ada"), ("s2", "p-ada"), ("s3", "p-zoe")):
        registry.sessions[ident] = Session(ident, person, "cli", 0, 1, 0)
    return registry


@pytest.fixture(name="app")
def app_fixture(registry, tmp_path):
    with closing(SqliteNames(tmp_path / "people.db")) as names:
        names.put({"p-ada": PersonName("Ada", MAIL), "p-nobody": PersonName("Nobody", "")})
        app = FastAPI()
        problems.add_to(app)
        app.include_router(routes(registry, names))
        yield app


def test_a_person_is_shown_with_roles_passkeys_and_sessions(app):
    assert ask(app, "/v1/people/p-ada") == (
        200,
        {
            "id": "p-ada",
            "name": "Ada",
            "bridge": "hr",
            "active": True,
            "since": "1970-01-01T00:00:00.000000Z",
            "roles": ["owner", "viewer"],
            "passkeys": ["k1", "k2"],
            "sessions": 2,
        },
    )


def test_a_disabled_person_has_no_role_and_says_since_when(app):
    _, shown = ask(app, "/v1/people/p-eve")
    assert (shown["active"], shown["roles"], shown["passkeys"], shown["sessions"]) == (False, [], ["k3"], 0)
    assert shown["since"] == "1970-01-01T00:00:01.000000Z"


def test_a_person_whose_bridge_is_gone_has_no_role(app):
    _, shown = ask(app, "/v1/people/p-zoe")
    assert (shown["active"], shown["roles"], shown["sessions"]) == (True, [], 1)


def test_nobody_is_known_by_a_name_alone(app):
    for person in ("p-nobody", "Ada", MAIL, "p-ad", "P-ADA", "p-ada ", "' OR 1=1 --", "\x00"):
        status, problem = ask(app, f"/v1/people/{person}")
        assert (status, problem["type"]) == (404, "urn:nameplate:problem:person")
        assert "nameplate person list" in problem["remedy"]


def test_all_are_listed_in_the_order_of_their_ids_and_without_mail_addresses(app):
    status, page = ask(app, "/v1/people")
    assert (status, page["next"]) == (200, "")
    assert [(each["id"], each["name"]) for each in page["items"]] == [("p-ada", "Ada"), ("p-eve", ""), ("p-zoe", "")]
    assert MAIL not in json.dumps(page)
    assert [each["id"] for each in ask(app, "/v1/people", "after=p-ada")[1]["items"]] == ["p-eve", "p-zoe"]
    assert ask(app, "/v1/people", "after=p-zoe")[1] == {"items": [], "next": ""}


@pytest.mark.parametrize("many", [LISTED, LISTED + 1])
def test_pages_tell_of_everybody_once(app, registry, many):
    registry.people.clear()
    registry.people.update({f"p-{each:05}": Person(f"p-{each:05}", "hr") for each in reversed(range(many))})
    found, page = [], ask(app, "/v1/people")[1]
    assert len(page["items"]) == LISTED
    assert bool(page["next"]) == (many > LISTED)
    found += page["items"]
    if page["next"]:
        found += ask(app, "/v1/people", f"after={page['next']}")[1]["items"]
    assert [each["id"] for each in found] == sorted(registry.people)


@pytest.mark.parametrize(
    "caller", ["", "anonymous", "bridge:hr", "uid:12345", "person", "point:x", "person:p-ada,uid:5"]
)
def test_strangers_learn_of_nobody_not_even_whether_they_are_there(app, caller):
    for path in ("/v1/people", "/v1/people/p-ada", "/v1/people/p-nobody"):
        status, problem = ask(app, path, caller=caller)
        assert (status, problem["type"]) == (403, "urn:nameplate:problem:forbidden")
        assert "Ada" not in json.dumps(problem)


def test_a_running_server_tells_its_own_user_and_no_stranger(world):
    assert world.server.client.get("/v1/people").keys() == {"items", "next"}
    for path in ("/v1/people", "/v1/people/p-local"):
        assert world.get(path).status == 401
        assert world.get(path, x_nameplate_caller="uid:0").status == 401
        assert world.post(path, {}).status in {401, 403, 404, 405}
        assert ask_manage(world, "GET", path, "anonymous").status == 403
