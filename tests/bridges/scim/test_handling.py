"""What stops a machine, and what a client sees of it."""

import asyncio
from math import ceil
from typing import Any

from nameplate.bridges.scim.bulk import BATCH
from nameplate.domain.upstreams import UpstreamBook
from tests.bridges.scim.house import ACTOR, BULK, CORE, PATCH, device, replace, run

OFF, ON = replace("active", False), replace("active", True)


def test_whoever_is_disabled_has_stopped_before_the_answer(tmp_path):
    async def scenario(house):
        ident = await house.device()
        assert house.state() == "active"
        answer = await house.patch(f"/Devices/{ident}", OFF)
        assert (answer.status, answer.body["active"], house.state()) == (200, False, "suspended")
        answer = await house.patch(f"/Devices/{ident}", ON)
        assert (answer.status, answer.body["active"], house.state()) == (200, True, "active")

    run(tmp_path, scenario)


def test_forms_of_entra_and_okta_mean_the_same(tmp_path):
    forms = [
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "replace", "value": {"active": "false"}},
        {"op": "Add", "path": "active", "value": False},
        {"op": "replace", "path": f"{CORE}Device:active", "value": False},
        {"op": "REPLACE", "value": {f"{CORE}Device:active": False}},
    ]

    async def scenario(house):
        ident = await house.device()
        for form in forms:
            answer = await house.patch(f"/Devices/{ident}", form)
            assert (answer.status, answer.body["active"], house.state()) == (200, False, "suspended"), form
            await house.patch(f"/Devices/{ident}", ON)
            assert house.state() == "active"

    run(tmp_path, scenario)


def test_what_is_no_truth_value_changes_nothing(tmp_path):
    async def scenario(house):
        ident = await house.device()
        odd: list[Any] = ["no", "0", 0, 1, "maybe", [], {}]
        for value in odd:
            answer = await house.patch(f"/Devices/{ident}", replace("active", value))
            assert (answer.status, answer.body["scimType"], house.state()) == (400, "invalidValue", "active"), value
        assert (await house.call("POST", "/Devices", device("x", active="yes"))).status == 400

    run(tmp_path, scenario)


def test_put_disables_and_silence_about_it_does_not(tmp_path):
    async def scenario(house):
        ident = await house.device()
        body = device("amr-1", active="False")
        answer = await house.call("PUT", f"/Devices/{ident}", body)
        assert (answer.status, answer.body["active"], house.state()) == (200, False, "suspended")
        user = (await house.post("/Users", {"schemas": [f"{CORE}User"], "userName": "ada", "active": False})).body
        answer = await house.call("PUT", f"/Users/{user['id']}", {"schemas": [f"{CORE}User"], "userName": "ada"})
        assert answer.body["active"] is False

    run(tmp_path, scenario)


def test_what_is_deleted_is_retired_and_gone(tmp_path):
    async def scenario(house):
        ident = await house.device()
        assert (await house.call("DELETE", f"/Devices/{ident}")).status == 204
        assert house.state() == "retired"
        assert (await house.call("GET", f"/Devices/{ident}")).status == 404
        assert (await house.call("DELETE", f"/Devices/{ident}")).status == 404

    run(tmp_path, scenario)


def test_upstream_never_lifts_what_a_person_ordered(tmp_path):
    async def scenario(house):
        ident = await house.device()
        await house.order("suspend")
        await house.patch(f"/Devices/{ident}", OFF)
        answer = await house.patch(f"/Devices/{ident}", ON)
        assert (answer.status, answer.body["active"], house.state()) == (200, True, "suspended")
        asked = await house.call("GET", f"/Devices/{ident}?attributes={ACTOR}:state,{ACTOR}:actor")
        assert asked.body[ACTOR] == {"state": "suspended", "actor": "amr-1"}
        assert ACTOR not in (await house.call("GET", f"/Devices/{ident}")).body

    run(tmp_path, scenario)


def test_a_second_disable_stops_what_the_first_has_not(tmp_path):
    async def scenario(house):
        ident = await house.device(active=False)
        # As after a restore: the directory knows of a disable that the journal does not.
        house.registry.upstreams = UpstreamBook()
        await house.order("activate")
        assert house.state() == "active"
        answer = await house.patch(f"/Devices/{ident}", OFF)
        assert (answer.status, house.state()) == (200, "suspended")

    run(tmp_path, scenario)


def test_who_changes_what_has_changed_meanwhile_is_told(tmp_path):
    async def scenario(house):
        ident = await house.device()
        tag = (await house.call("GET", f"/Devices/{ident}")).headers["etag"]
        assert (await house.call("GET", f"/Devices/{ident}", if_none_match=tag)).status == 304
        assert (await house.patch(f"/Devices/{ident}", OFF, if_match=tag)).status == 200
        assert (await house.patch(f"/Devices/{ident}", ON, if_match=tag)).status == 412
        assert (await house.call("DELETE", f"/Devices/{ident}", if_match=tag)).status == 412
        assert house.state() == "suspended"

    run(tmp_path, scenario)


def test_changes_at_once_lose_nothing(tmp_path):
    async def scenario(house):
        ident = (await house.post("/Users", {"schemas": [f"{CORE}User"], "userName": "ada"})).body["id"]
        adds = [
            house.patch(f"/Users/{ident}", {"op": "add", "path": "emails", "value": [{"value": f"a{n}@c.example"}]})
            for n in range(20)
        ]
        assert {answer.status for answer in await asyncio.gather(*adds)} == {200}
        emails = (await house.call("GET", f"/Users/{ident}")).body["emails"]
        assert {each["value"] for each in emails} == {f"a{n}@c.example" for n in range(20)}

    run(tmp_path, scenario)


def test_entra_adds_to_what_is_selected_and_not_there_and_removes_members_by_value(tmp_path):
    async def scenario(house):
        ident = (await house.post("/Users", {"schemas": [f"{CORE}User"], "userName": "ada"})).body["id"]
        path = 'emails[type eq "home"].value'
        answer = await house.patch(f"/Users/{ident}", {"op": "Add", "path": path, "value": "ada@corp.local"})
        assert answer.body["emails"] == [{"value": "ada@corp.local", "type": "home"}]
        answer = await house.patch(f"/Users/{ident}", {"op": "Replace", "path": path, "value": "b@corp.local"})
        assert answer.body["emails"] == [{"value": "b@corp.local", "type": "home"}]
        team = {"schemas": [f"{CORE}Group"], "displayName": "T", "members": [{"value": ident}, {"value": "other"}]}
        where = f"/Groups/{(await house.post('/Groups', team)).body['id']}"
        gone = {"op": "Remove", "path": "members", "value": [{"value": "other"}, {"value": "never-there"}]}
        answer = await house.patch(where, gone)
        assert (answer.status, [each["value"] for each in answer.body["members"]]) == (200, [ident])

    run(tmp_path, scenario)


def test_bulk_disables_many_with_few_commands(tmp_path):
    async def scenario(house):
        idents = [await house.device(f"unit-{number}") for number in range(30)]
        operations = [
            {
                "method": "PATCH",
                "path": f"/Devices/{ident}",
                "bulkId": f"b{n}",
                "data": {"schemas": [PATCH], "Operations": [OFF]},
            }
            for n, ident in enumerate([*idents, "unknown"])
        ]
        house.ears["entra"].commands = 0
        answer = await house.call(
            "POST",
            "/Bulk",
            {"schemas": [BULK], "Operations": operations},
        )
        assert [each["status"] for each in answer.body["Operations"]] == ["200"] * 30 + ["404"]
        assert house.ears["entra"].commands == ceil(31 / BATCH)
        assert {each.status for each in house.registry.upstreams.by_id.values()} == {"disabled"}
        shown = await house.call("GET", "/Devices?filter=active eq false&count=0")
        assert shown.body["totalResults"] == 30

    run(tmp_path, scenario)
