import pytest

SITE = """
kind: Site
id: depot
---
kind: Zone
id: dock
site: depot
---
kind: Zone
id: cage
site: depot
"""


@pytest.fixture(scope="module")
def depot(file_world):
    assert file_world.run("apply", "-f", "-", stdin=SITE).code == 0
    return file_world


def state(world):
    items = world.run("zone", "list", "--json").json["items"]
    return {each["id"]: each["lockdown"] and each["lockdown"]["reason"] for each in items if each["site"] == "depot"}


def test_lockdown_release_and_threat_end_to_end(depot):
    told = depot.run("zone", "lockdown", "dock", "--reason", "Leak.", "--json")
    assert (told.code, told.json["zones"], told.json["state"], told.json["recorded"]) == (0, ["dock"], "locked", True)
    assert state(depot) == {"dock": "Leak.", "cage": None}
    assert "LOCKED" in depot.run("zone", "list").out
    told = depot.run("zone", "lockdown", "--site", "depot", "--reason", "All.").out
    assert told.startswith("cage, dock: locked\n  pep: asks each time\n")
    assert depot.run("zone", "release", "--site", "depot", "--reason", "Over.").code == 0
    assert state(depot) == {"dock": None, "cage": None}
    assert depot.run("site", "threat", "severe", "--site", "depot", "--reason", "Alarm.").out == "depot: severe\n"
    levels = {each["id"]: each["threat"]["level"] for each in depot.run("site", "list", "--json").json["items"]}
    assert levels["depot"] == "severe"
    assert "severe" in depot.run("site", "list").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("zone", "lockdown", "nowhere", "--reason", "x"), 3),
        (("zone", "release", "dock", "--reason", "x"), 3),
        (("zone", "lockdown", "dock", "--reason", " "), 4),
        (("site", "threat", "panic", "--site", "depot", "--reason", "x"), 1),
        (("zone", "lockdown", "dock"), 2),
    ],
)
def test_what_cannot_be_done_has_its_exit_code(depot, arguments, code):
    assert depot.run(*arguments).code == code
