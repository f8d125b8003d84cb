import json

import pytest

from nameplate.boot.floor_plans import FloorPlanFiles
from nameplate.boot.paths import Paths
from nameplate.boot.replay import replay
from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.registry import Registry
from tests.entry.manage.managing import ask_manage
from tests.entry.world import run
from tests.house.tree import SOURCE

DEMO = (SOURCE / "entry" / "demo" / "building.yaml").read_text()
CLINIC = "{kind: Site, id: clinic, timezone: UTC}\n---\n{kind: Zone, id: L1-lobby, site: clinic, public: true}"
PATH = "/v1/sites/clinic/plan"


def test_zones_and_doors_of_the_plan_are_told_with_how_they_stand(own_world):
    own_world.apply(CLINIC)
    client = own_world.server.client
    kept = client.post(PATH, {"map": DEMO, "scale": None})
    told = client.get(PATH)
    assert (told["sha256"], told["levels"]) == (kept["sha256"], ["L1"])
    zones = {each["id"]: each for each in told["zones"]}
    assert zones["L1-lobby"] == {"id": "L1-lobby", "declared": True, "public": True, "locked": False, "inside": []}
    assert not zones["L1-lab"]["declared"]
    assert {each["declared"] for each in told["doors"]} == {False}
    assert told["svg"].startswith("<svg ")


HOSTILE = {
    "no YAML": "{",
    "no map": "name: x",
    "an alias": "levels: &a {L1: *a}",
    "a tag": "levels: !!python/object:os.system {}",
    "deep": "levels: " + "[" * 500 + "]" * 500,
    "a control": "levels: {L1: {vertices: [[0, 0, 0, 'a\x07']]}}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_map_is_neither_kept_nor_recorded(world, text):
    folder = Paths(world.server.data).plans
    before = sorted(folder.iterdir())
    with pytest.raises(Invalid):
        world.server.client.post("/v1/sites/default/plan", {"map": text})
    with pytest.raises(NotFound):
        world.server.client.post("/v1/sites/nowhere/plan", {"map": DEMO})
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "body", [{}, {"map": 5}, {"map": DEMO, "scale": 0}, {"map": DEMO, "scale": "1"}, {"map": "", "x": 1}]
)
def test_what_is_no_request_is_refused(world, body):
    assert ask_manage(world, "POST", PATH, "uid:0", body=json.dumps(body).encode()).status == 400


def test_it_is_given_by_whoever_administers_and_lies_in_the_backup(own_world, tmp_path):
    own_world.apply(CLINIC)
    assert own_world.get(PATH).status == 401
    assert own_world.call("POST", PATH, b"{}", {"content-type": "application/json"}).status == 401
    digest = own_world.server.client.post(PATH, {"map": DEMO})["sha256"]
    assert own_world.run("backup", "--to", tmp_path / "b").code == 0
    passphrase = own_world.server.data / "keys" / "passphrase"
    back = tmp_path / "back"
    assert run("restore", tmp_path / "b", "--data", back, "--passphrase-file", passphrase).code == 0
    registry = Registry()
    replay(registry, back / "journal")
    assert registry.floor_plans["clinic"].sha256 == digest
    assert FloorPlanFiles(back / "plans").read(digest) == DEMO
