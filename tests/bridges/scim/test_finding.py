"""What the rest of the directory says of somebody."""

from tests.bridges.scim.house import CORE, group, run, user

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_a_manager_is_a_person_here(tmp_path):
    async def scenario(house):
        boss = (await house.post("/Users", user("boss", externalId="b1"))).body["id"]
        eve = (await house.post("/Users", user("eve"))).body["id"]
        bare = {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": boss}
        pathless = {"op": "Replace", "value": {f"{ENTERPRISE}:manager": boss, f"{ENTERPRISE}:department": "A"}}
        for operation in (bare, pathless):
            answer = await house.patch(f"/Users/{eve}", operation)
            assert (answer.status, answer.body[ENTERPRISE]["manager"]["value"]) == (200, boss)
        assert house.registry.people[house.directory.get("entra", eve).actor].manager.startswith("p-")
        body = user("ada") | {"schemas": [f"{CORE}User", ENTERPRISE], ENTERPRISE: {"manager": {"value": boss}}}
        ada = (await house.post("/Users", body)).body["id"]
        people = {name: house.directory.get("entra", ident).actor for name, ident in (("boss", boss), ("ada", ada))}
        assert house.registry.people[people["ada"]].manager == people["boss"]

    run(tmp_path, scenario)


def test_owners_of_an_agent_are_its_team_and_its_sponsor(tmp_path):
    async def scenario(house):
        ada = (await house.post("/Users", user("ada"))).body["id"]
        team = (await house.post("/Groups", group("ops"))).body["id"]
        body = {"schemas": [f"{CORE}Agent"], "agentUserName": "helper", "owners": [{"value": team}, {"value": ada}]}
        await house.post("/Agents", body)
        actor = house.registry.actors["helper"]
        assert (actor.owner, actor.sponsor) == ("ops", house.directory.get("entra", ada).actor)

    run(tmp_path, scenario)
