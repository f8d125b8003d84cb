"""Bulk, its order and its errors."""

from tests.bridges.scim.house import BULK, CORE, PATCH, device, group, replace, run, user


def operation(method, path, data=None, bulk_id=None, **more):
    told = {"data": data, "bulkId": bulk_id, **more}
    return {"method": method, "path": path} | {name: value for name, value in told.items() if value is not None}


async def bulk(house, *operations, **more):
    answer = await house.call("POST", "/Bulk", {"schemas": [BULK], "Operations": operations, **more})
    assert answer.status == 200, answer
    assert answer.body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]
    return answer.body["Operations"]


def active(value):
    return {"schemas": [PATCH], "Operations": [replace("active", value)]}


def test_everything_in_its_order_with_where_it_is(tmp_path):
    async def scenario(house):
        old = await house.device("amr-1")
        made, off, team, gone, missing, wrong = await bulk(
            house,
            operation("POST", "/Devices", device("amr-9"), "a"),
            operation("PATCH", f"/Devices/{old}", active("False")),
            operation("POST", "/Groups", group("T", old), "g"),
            operation("DELETE", f"/Devices/{old}"),
            operation("PATCH", "/Devices/none", active(value=False), "m"),
            operation("POST", "/Devices", {"active": "maybe"}, "w"),
        )
        assert [made["status"], off["status"], team["status"], gone["status"]] == ["201", "200", "201", "204"]
        assert (made["bulkId"], made["location"].startswith("https://np.example/scim/v2/Devices/")) == ("a", True)
        assert (made["version"], "version" in gone) == (
            (await house.call("GET", f"/Devices/{made['location'][-32:]}")).headers["etag"],
            False,
        )
        assert (missing["status"], missing["response"]["status"], missing["bulkId"]) == ("404", "404", "m")
        assert (wrong["status"], wrong["response"]["scimType"], "location" in wrong) == ("400", "invalidValue", False)
        assert house.state("amr-1") == "retired"

    run(tmp_path, scenario)


def test_the_same_one_twice_ends_as_the_last_says(tmp_path):
    async def scenario(house):
        ident = await house.device("amr-1")
        path = f"/Devices/{ident}"
        flips = [operation("PATCH", path, active(value)) for value in (False, True, False)]
        assert [each["status"] for each in await bulk(house, *flips)] == ["200"] * 3
        assert house.state("amr-1") == "suspended"

    run(tmp_path, scenario)


def test_references_within_the_request_are_found(tmp_path):
    async def scenario(house):
        team, ada = await bulk(
            house,
            operation("POST", "/Groups", group("Staff", "bulkId:u"), "g"),
            operation("POST", "/Users", user("ada"), "u"),
        )
        assert [team["status"], ada["status"]] == ["201", "201"]
        where = team["location"].removeprefix("https://np.example/scim/v2")
        assert (await house.call("GET", where)).body["members"][0]["value"] == ada["location"][-32:]

    run(tmp_path, scenario)


def test_it_ends_at_as_many_errors_as_the_client_says(tmp_path):
    async def scenario(house):
        ident = await house.device("amr-1")
        bad = operation("PATCH", "/Devices/none", active(value=False))
        told = await bulk(house, bad, bad, operation("PATCH", f"/Devices/{ident}", active(value=False)), failOnErrors=2)
        assert ([each["status"] for each in told], house.state("amr-1")) == (["404", "404"], "active")
        assert [each["status"] for each in await bulk(house, bad, bad, failOnErrors=1.0)] == ["404"]
        for wrong in (0, -1, "x", True, 1.5):
            answer = await house.call("POST", "/Bulk", {"schemas": [BULK], "Operations": [bad], "failOnErrors": wrong})
            assert answer.status == 400

    run(tmp_path, scenario)


def test_one_that_cannot_be_declared_does_not_hold_up_the_others(tmp_path):
    async def scenario(house):
        unit = {"manufacturer": "A", "model": "B", "serialNumber": "7"}
        first, twin, bad, last = await bulk(
            house,
            operation("POST", "/Devices", device("amr-7", **unit), "1"),
            operation("POST", "/Devices", device("amr-8", **unit), "2"),
            operation("POST", "/Devices", device("amr-9", tier="extreme"), "3"),
            operation("POST", "/Devices", device("amr-10"), "4"),
        )
        assert [each["status"] for each in (first, bad, last)] == ["201", "400", "201"]
        assert twin["status"] == "409"

    run(tmp_path, scenario)


def test_where_nobody_hears_each_says_so(tmp_path):
    async def scenario(house):
        ident = await house.device("amr-1")
        house.ears["entra"].deaf = lambda _: True
        told = await bulk(house, operation("PATCH", f"/Devices/{ident}", active(value=False)))
        assert (told[0]["status"], told[0]["response"]["status"]) == ("503", "503")
        assert CORE

    run(tmp_path, scenario)
