"""People as they are told: by pseudonym, with the names that are known, page by page."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from nameplate.domain.people import Passkey, Person
from nameplate.domain.registry import Registry
from nameplate.entry.manage.api import people, problems
from nameplate.ports.upstream import PersonName
from nameplate.stores.sqlite.people import SqliteNames


def test_people_are_listed_with_what_they_may_and_have(tmp_path):
    registry = Registry(
        people={"p-1": Person("p-1", "company"), "p-2": Person("p-2", "company", active=False)},
        passkeys={"k": Passkey("k", "p-1", "aa")},
    )
    names = SqliteNames(tmp_path / "people.db")
    names.put({"p-1": PersonName("Ada", "ada@clinic.example")})
    app = FastAPI()
    problems.add_to(app)
    app.include_router(people.routes(registry, names))
    with TestClient(app, headers={"x-nameplate-caller": "uid:0"}) as client:
        items = client.get("/v1/people").json()["items"]
        assert [(each["id"], each["name"], each["active"], each["passkeys"]) for each in items] == [
            ("p-1", "Ada", True, ["k"]),
            ("p-2", "", False, []),
        ]
        assert [each["id"] for each in client.get("/v1/people?after=p-1").json()["items"]] == ["p-2"]
        assert client.get("/v1/people/p-2").json()["roles"] == []
        assert client.get("/v1/people/p-3").status_code == 404
        assert client.get("/v1/people", headers={"x-nameplate-caller": "anonymous"}).status_code == 403
        assert client.get("/v1/people", headers={"x-nameplate-caller": "bridge:x"}).status_code == 403
        assert "ada@clinic.example" not in client.get("/v1/people").text
    names.close()
