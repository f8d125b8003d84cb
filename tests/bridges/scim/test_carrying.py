"""What is declared for a machine, and what happens when something fails on the way."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from nameplate.domain.notices import Status
from tests.bridges.scim.house import ACTOR, CORE, device, replace, run, user

UNIT = {"manufacturer": "Acme", "model": "T3", "serialNumber": "9"}


def test_a_new_machine_is_declared_and_staged_also_when_it_is_active_upstream(tmp_path):
    async def scenario(house):
        await house.device("amr-9", owner="ops", purpose="Cleans", tier="high", contract="Readers", **UNIT)
        actor = house.registry.actors["amr-9"]
        assert (actor.type, actor.owner, actor.purpose, actor.tier, actor.contract, str(actor.unit)) == (
            "robot",
            "ops",
            "Cleans",
            "high",
            "reader",
            "Acme/T3/9",
        )
        assert house.state("amr-9") == "staged"
        await house.post(
            "/Agents", {"schemas": [f"{CORE}Agent"], "agentUserName": "rpa@corp.example", "agentType": "bot"}
        )
        names = [each for each in house.registry.actors if each.startswith("rpa-")]
        assert (len(names), house.registry.actors[names[0]].type) == (1, "bot")

    run(tmp_path, scenario)


def test_one_that_is_disabled_before_it_is_there_is_not_let_in(tmp_path):
    async def scenario(house):
        ident = await house.device("amr-9", active=False, owner="ops", purpose="Cleans")
        assert house.state("amr-9") == "suspended"
        await house.patch(f"/Devices/{ident}", replace("active", True))
        assert house.state("amr-9") in {"suspended", "staged"}

    run(tmp_path, scenario)


def test_an_actor_declared_beforehand_is_linked_and_keeps_what_its_manifest_says(tmp_path):
    async def scenario(house):
        before = house.registry.actors["amr-1"]
        ident = await house.device("amr-1", owner="thieves", contract="Runners", purpose="Steals")
        assert house.registry.actors["amr-1"] == before
        shown = await house.call("GET", f"/Devices/{ident}?attributes={ACTOR}:notInForce")
        assert shown.body[ACTOR]["notInForce"] == ["owner", "purpose", "contract"]

    run(tmp_path, scenario)


def test_a_second_one_of_that_name_is_another_actor(tmp_path):
    async def scenario(house):
        first, second = await house.device("amr-1"), await house.device("amr-1")
        await house.patch(f"/Devices/{second}", replace("active", False))
        assert house.state("amr-1") == "active"
        await house.patch(f"/Devices/{first}", replace("active", False))
        assert house.state("amr-1") == "suspended"

    run(tmp_path, scenario)


def test_what_another_bridge_governs_is_taken_only_by_one_that_may_stand_beside_it(tmp_path):
    async def scenario(house):
        ident = await house.device("amr-1")
        answer = await house.call("POST", "/Devices", device("amr-1"), "bridge:okta")
        assert (answer.status, answer.body["scimType"]) == (409, "uniqueness")
        other = await house.device("amr-1", caller="bridge:shared")
        await house.patch(f"/Devices/{ident}", replace("active", False))
        await house.patch(f"/Devices/{other}", replace("active", False), caller="bridge:shared")
        await house.patch(f"/Devices/{other}", replace("active", True), caller="bridge:shared")
        assert house.state() == "suspended"

    run(tmp_path, scenario)


def test_the_name_of_a_retired_one_is_not_given_again_and_its_unit_only_as_succession(tmp_path):
    async def scenario(house):
        ident = await house.device("amr-9", **UNIT)
        await house.call("DELETE", f"/Devices/{ident}")
        assert house.state("amr-9") == "retired"
        await house.device("amr-9", **UNIT)
        new = next(each for each in house.registry.actors.values() if each.id.startswith("amr-9-"))
        assert (new.succeeds, house.state(new.id)) == ("amr-9", "staged")
        answer = await house.call("POST", "/Devices", device("amr-10", **UNIT))
        assert (answer.status, answer.body["scimType"]) == (409, "uniqueness")

    run(tmp_path, scenario)


def test_what_cannot_be_declared_changes_nothing_at_all(tmp_path):
    async def scenario(house):
        seq = house.registry.seq
        for own in ({"tier": "extreme"}, {"purpose": "x" * 2000}, {"environment": "x" * 5000}):
            answer = await house.call("POST", "/Devices", device("amr-9", active=False, **own))
            assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
        assert (house.registry.seq, house.directory.count("entra", ("Device",))) == (seq, 0)

    run(tmp_path, scenario)


def test_a_sponsor_is_on_record_as_a_pseudonym_also_one_who_comes_later(tmp_path):
    async def scenario(house):
        ident = await house.device("amr-9", sponsor="ada@corp.example")
        assert house.registry.actors["amr-9"].sponsor == ""
        answer = await house.call("GET", f"/Devices/{ident}?attributes={ACTOR}:notInForce")
        assert answer.body[ACTOR]["notInForce"] == ["sponsor"]
        await house.post("/Users", user("ada", emails=[{"value": "ada@corp.example"}], displayName="Ada Lovelace"))
        sponsor = house.registry.actors["amr-9"].sponsor
        assert sponsor.startswith("p-")
        assert house.names[sponsor].name == "Ada Lovelace"
        told = str(house.heart.records()).lower()
        assert not [name for name in ("ada@", "lovelace") if name in told]

    run(tmp_path, scenario)


def test_where_storing_fails_after_a_stop_the_stop_stays(tmp_path):
    async def scenario(house):
        ident = await house.device()
        with closing(sqlite3.connect(tmp_path / "people.db")) as connection:
            connection.execute(
                "CREATE TRIGGER full BEFORE INSERT ON resources BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
            )
        answer = await house.patch(f"/Devices/{ident}", replace("active", False))
        assert (answer.status, house.state()) == (503, "suspended")
        assert (await house.call("GET", f"/Devices/{ident}")).body["active"] is True

    run(tmp_path, scenario)


def test_where_nobody_hears_an_enabling_it_is_not_stored_and_can_be_said_again(tmp_path):
    async def scenario(house):
        ident = await house.device()
        await house.patch(f"/Devices/{ident}", replace("active", False))
        house.ears["entra"].deaf = lambda notice: notice.status is Status.ACTIVE
        assert (await house.patch(f"/Devices/{ident}", replace("active", True))).status == 503
        assert (await house.call("GET", f"/Devices/{ident}")).body["active"] is False
        assert house.state() == "suspended"
        house.ears["entra"].deaf = lambda _: False
        assert (await house.patch(f"/Devices/{ident}", replace("active", True))).status == 200
        assert house.state() == "active"

    run(tmp_path, scenario)


def test_where_nobody_hears_a_disable_it_is_an_error(tmp_path):
    async def scenario(house):
        ident = await house.device()
        house.ears["entra"].deaf = lambda _: True
        answer = await house.patch(f"/Devices/{ident}", replace("active", False))
        assert (answer.status, answer.body["status"]) == (503, "503")
        assert (await house.call("GET", f"/Devices/{ident}")).body["active"] is True

    run(tmp_path, scenario)


def test_a_stop_is_in_force_before_it_is_written(tmp_path):
    async def scenario(house):
        ident = await house.device()
        house.heart.files.hold()
        patch = asyncio.create_task(house.patch(f"/Devices/{ident}", replace("active", False)))
        await house.heart.sync_reached()
        assert (house.state(), patch.done()) == ("suspended", False)
        house.heart.files.let_go()
        assert (await patch).status == 200

    run(tmp_path, scenario)


@pytest.mark.parametrize("path", ["/Users", "/Agents"])
def test_a_name_is_given_once_whatever_its_case(tmp_path, path):
    async def scenario(house):
        name = "userName" if path == "/Users" else "agentUserName"
        body = {"schemas": [f"{CORE}{path[1:-1]}"], name: "Ada"}
        await house.post(path, body)
        answer = await house.call("POST", path, body | {name: "ADA"})
        assert (answer.status, answer.body["scimType"]) == (409, "uniqueness")
        if path == "/Users":
            await house.post(path, body, "bridge:okta")

    run(tmp_path, scenario)


def test_people_are_disabled_deleted_and_forgotten(tmp_path):
    async def scenario(house):
        ident = (await house.post("/Users", user("ada", externalId="x1", displayName="Ada"))).body["id"]
        person = house.directory.get("entra", ident).actor
        assert house.registry.people[person].active
        await house.patch(f"/Users/{ident}", replace("active", False))
        assert not house.registry.people[person].active
        await house.patch(f"/Users/{ident}", replace("active", True))
        assert (house.registry.people[person].active, person in house.names) == (True, True)
        await house.call("DELETE", f"/Users/{ident}")
        assert (house.registry.people[person].active, person in house.names) == (False, False)

    run(tmp_path, scenario)


def test_who_gets_another_lasting_id_is_another_person(tmp_path):
    async def scenario(house):
        ident = (await house.post("/Users", user("ada", externalId="x1"))).body["id"]
        first = house.directory.get("entra", ident).actor
        await house.patch(f"/Users/{ident}", replace("externalId", "x2"))
        second = house.directory.get("entra", ident).actor
        assert first != second
        assert (house.registry.people[first].active, house.registry.people[second].active) == (False, True)

    run(tmp_path, scenario)


def test_a_password_is_kept_nowhere(tmp_path):
    async def scenario(house):
        await house.post("/Users", user("ada", password="correct horse"))
        assert b"correct horse" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    run(tmp_path, scenario)
