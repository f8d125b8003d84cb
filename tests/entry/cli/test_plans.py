import os

from tests.entry.world import run
from tests.house.tree import SOURCE

DEMO = SOURCE / "entry" / "demo" / "building.yaml"
SITE = """
{kind: Site, id: clinic, timezone: UTC}
---
{kind: Zone, id: L1-lobby, site: clinic, public: true}
---
{kind: Zone, id: L1-lab, site: clinic}
---
{kind: Contract, id: lab-runner, grants: [{actions: [enter], resources: ["zone:L1-lab"]}]}
"""
ZONES = """
{kind: Zone, id: L1-lobby, public: true}
---
{kind: Zone, id: L1-pharmacy}
---
{kind: Contract, id: plan-runner, grants: [{actions: [enter], resources: ["zone:L1-pharm*"]}]}
"""


def test_a_plan_needs_no_server(tmp_path):
    out = tmp_path / "plan.svg"
    told = run("plan", DEMO, "--out", out, "--public", "L1-lobby", "--data", tmp_path)
    assert (told.code, told.out) == (0, f"18 zones, 20 doors, 0 lifts in {out}\n")
    assert "L1-lobby: public" in out.read_text()
    assert "no server answers" in told.err
    assert run("plan", DEMO, "--data", tmp_path).out.startswith("<svg ")
    assert run("plan", DEMO, "--data", tmp_path, "--json").json["doors"] == 20


def test_it_shows_where_an_actor_may_go(world, tmp_path):
    world.apply(ZONES)
    world.actor("plan-bot", contract="plan-runner")
    svg = world.run("plan", DEMO, "--actor", "plan-bot").out
    assert "where plan-bot may go" in svg
    assert "L1-pharmacy: granted" in svg
    assert "L1-lobby: public" in svg
    assert "L1-lab: locked" in svg
    world.order("suspend", "plan-bot")
    assert "plan-bot is suspended" in world.run("plan", DEMO, "--actor", "plan-bot").err


def test_what_is_not_there_is_told(world, tmp_path):
    assert world.run("plan", DEMO, "--actor", "nobody").code == 3
    assert run("plan", DEMO, "--actor", "nobody", "--data", tmp_path).code == 6
    assert run("plan", tmp_path / "none.yaml").code == 1


def test_the_server_keeps_a_plan_and_draws_it_as_things_stand(own_world, tmp_path):
    own_world.apply(SITE)
    own_world.actor("lab-bot", contract="lab-runner")
    given = own_world.run("site", "plan", DEMO, "--site", "clinic", "--json")
    assert (given.code, given.json["zones"], given.json["doors"]) == (0, 18, 20)
    assert "zone:L1-pharmacy" in given.json["undeclared"]
    assert "zone:L1-lobby" not in given.json["undeclared"]
    own_world.run("zone", "lockdown", "L1-lab", "--reason", "Spill")
    svg = own_world.run("plan", "--site", "clinic", "--actor", "lab-bot").out
    assert "L1-lobby: public" in svg
    assert "L1-lab: granted, " in svg
    assert "locked down" in svg
    told = own_world.run("plan", "--site", "clinic", "--level", "L1", "--out", tmp_path / "p.svg", "--json").json
    assert (told["levels"], told["by"]) == (["L1"], f"uid:{os.geteuid()}")
    assert (tmp_path / "p.svg").read_text().startswith("<svg ")


def test_a_plan_that_is_not_there_is_told(world, tmp_path):
    assert world.run("plan", "--site", "nowhere").code == 3
    assert world.run("site", "plan", DEMO, "--site", "nowhere").code == 3
    assert world.run("plan").code == 1
    (tmp_path / "x.yaml").write_text("no map")
    assert world.run("site", "plan", tmp_path / "x.yaml", "--site", "default").code == 1
