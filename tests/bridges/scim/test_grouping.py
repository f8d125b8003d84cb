"""Groups give roles and contracts, and take them away before the answer."""

from nameplate.domain.people import roles_of
from nameplate.domain.places import Team
from tests.bridges.scim.house import group, replace, run, user


def roles(house, ident):
    person = house.registry.people[house.directory.get("entra", ident).actor]
    return set(map(str, roles_of(person, house.registry.bridges)))


def test_members_have_the_roles_of_their_groups_and_lose_them(tmp_path):
    async def scenario(house):
        ada = (await house.post("/Users", user("ada"))).body["id"]
        bob = (await house.post("/Users", user("bob"))).body["id"]
        where = f"/Groups/{(await house.post('/Groups', group('Guards', ada))).body['id']}"
        await house.post("/Groups", group("Staff", ada, bob))
        assert (roles(house, ada), roles(house, bob)) == ({"security", "viewer"}, {"viewer"})
        shown = (await house.call("GET", f"/Users/{ada}")).body["groups"]
        assert [each["display"] for each in shown] == ["Guards", "Staff"]
        assert shown[0]["$ref"].startswith("https://np.example/scim/v2/Groups/")
        await house.patch(where, {"op": "add", "path": "members", "value": [{"value": bob}]})
        assert roles(house, bob) == {"security", "viewer"}
        await house.patch(where, {"op": "Remove", "path": "members", "value": [{"value": ada}]})
        assert roles(house, ada) == {"viewer"}
        await house.patch(where, replace("displayName", "Nobodies"))
        assert roles(house, bob) == {"viewer"}
        await house.patch(where, replace("displayName", "Guards"))
        assert roles(house, bob) == {"security", "viewer"}
        await house.call("DELETE", where)
        assert roles(house, bob) == {"viewer"}

    run(tmp_path, scenario)


def test_machines_have_the_contract_of_their_group(tmp_path):
    async def scenario(house):
        ident = await house.device("amr-9")
        where = f"/Groups/{(await house.post('/Groups', group('Runners', ident))).body['id']}"
        assert house.registry.actors["amr-9"].contract == "runner"
        await house.call("PUT", where, group("Runners"))
        assert house.registry.actors["amr-9"].contract == ""
        linked = await house.device("amr-1")
        await house.call("PUT", where, group("Runners", linked, ident))
        assert (house.registry.actors["amr-1"].contract, house.registry.actors["amr-9"].contract) == (
            "reader",
            "runner",
        )

    run(tmp_path, scenario)


def test_where_nobody_hears_it_nobody_gains_and_nothing_is_stored(tmp_path):
    async def scenario(house):
        ada = (await house.post("/Users", user("ada"))).body["id"]
        where = f"/Groups/{(await house.post('/Groups', group('Guards'))).body['id']}"
        house.ears["entra"].deaf = lambda _: True
        answer = await house.patch(where, {"op": "add", "path": "members", "value": [{"value": ada}]})
        assert (answer.status, roles(house, ada)) == (503, set())
        assert "members" not in (await house.call("GET", where)).body

    run(tmp_path, scenario)


def test_a_group_that_owns_machines_is_their_team(tmp_path):
    async def scenario(house):
        await house.post("/Groups", group("Night shift"))
        await house.device("amr-9", owner="Night shift")
        owner = house.registry.actors["amr-9"].owner
        assert house.registry.teams[owner] == Team(owner, "Night shift", group="Night shift")
        await house.device("amr-10", owner="Nobody has told of it")
        assert house.registry.teams[house.registry.actors["amr-10"].owner].group == ""

    run(tmp_path, scenario)
