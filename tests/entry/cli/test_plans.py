from tests.entry.world import run
from tests.house.tree import SOURCE

DEMO = SOURCE / "entry" / "demo" / "building.yaml"
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
