import pytest


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("suspend", "suspended"),
        ("repair", "in_repair"),
        ("transfer", "in_transfer"),
        ("quarantine", "quarantined"),
        ("retire", "retired"),
    ],
)
def test_each_verb_stops_and_tells_who_knows(world, verb, state):
    actor = world.actor(f"cli-{state}")
    told = world.run("actor", verb, actor, "--reason", "A test.", "--json")
    assert (told.code, told.json["actor"], told.json["state"]) == (0, actor, state)
    assert {"ordered_at", "recorded", "receipts", "online", "missing", "bound_ms"} <= told.json["stop"].keys()
    assert world.run("actor", "show", actor, "--json").json["state"] == state
    assert not world.permits(actor)


def test_activate_brings_back_and_people_get_words(world):
    actor = world.actor("cli-back")
    told = world.run("actor", "suspend", actor, "--reason", "x")
    assert told.out.startswith(f"{actor}: suspended, ordered ")
    assert "pep: asks each time" in told.out
    assert world.run("actor", "activate", actor, "--reason", "x").out == f"{actor}: active\n"
    assert world.permits(actor)


def test_what_may_not_be_ends_with_4_and_what_is_not_there_with_3(world):
    actor = world.actor("cli-retired")
    world.order("retire", actor)
    assert world.run("actor", "activate", actor, "--reason", "x").code == 4
    assert world.run("actor", "activate", "nobody", "--reason", "x").code == 3
    assert world.run("actor", "show", "nobody").code == 3
    assert world.run("actor", "suspend", "alice", "--reason", " ").code == 4
    assert world.permits("alice")


def test_a_selector_stops_many_at_once(world):
    for number in (1, 2):
        world.actor(f"sel-{number}", unit={"manufacturer": "Selco", "model": "Q9", "serial": str(number)})
    words = ("--where", "model=Q9,supplier=Selco", "--as", "quarantined", "--reason", "Recalled.")
    told = world.run("actor", "stop", *words, "--json")
    assert (told.code, sorted(told.json["actors"]), told.json["state"]) == (0, ["sel-1", "sel-2"], "quarantined")
    assert world.run("actor", "stop", *words).code == 3


def test_the_list_can_be_narrowed_and_turned_over_page_by_page(world):
    for number in range(5):
        world.actor(f"page-{number}", unit={"manufacturer": "Pager", "model": "P", "serial": str(number)})
    seen, after = [], ""
    for _ in range(3):
        page = world.run(
            "actor", "list", "--where", "manufacturer=Pager", "--limit", 2, "--after", after, "--json"
        ).json
        seen += [each["id"] for each in page["items"]]
        after = page["next"]
    assert (seen, after) == ([f"page-{number}" for number in range(5)], "")
    world.order("suspend", "page-3")
    told = world.run("actor", "list", "--where", "model=P", "--state", "suspended")
    assert (told.out.splitlines()[0].split()[0], len(told.out.splitlines())) == ("ID", 2)


def test_show_tells_what_it_may_do(world):
    told = world.run("actor", "show", "alice", "--json").json
    assert (told["contract_revision"], told["state"], told["key"]) == ("author@1", "active", None)
    assert told["grants"][0] == {"actions": ["read"], "resources": ["record:*"]}
    assert "author@1" in world.run("actor", "show", "alice").out


def test_a_code_to_enrol_is_for_units_and_shown_once(world):
    actor = world.actor("cli-unit", unit={"manufacturer": "Acme", "model": "T3", "serial": "cli-1"})
    told = world.run("actor", "enrol", actor, "--json")
    code = told.json["code"]
    assert (told.code, len(code) >= 26) == (0, True)
    files = [path for path in world.server.data.rglob("*") if path.is_file()]
    assert [path for path in files if code.encode() in path.read_bytes()] == []
    assert world.run("actor", "enrol", "alice").code == 4


def test_a_person_says_where_an_actor_is(world):
    actor = world.actor("cli-placed")
    world.apply("{kind: Zone, id: cli-placed-zone}")
    placed = world.run("actor", "place", actor, "--zone", "cli-placed-zone", "--reason", "Carried.", "--json")
    assert (placed.code, placed.json) == (0, {"actor": actor, "zone": "cli-placed-zone"})
    assert world.run("actor", "show", actor, "--json").json["last_zone"]["zone"] == "cli-placed-zone"
    assert world.run("actor", "place", actor, "--unknown", "--reason", "Lost.").out == f"{actor}: unknown\n"
    assert world.run("actor", "place", actor, "--reason", "x").code == 2
    assert world.run("actor", "place", actor, "--zone", "nowhere", "--reason", "x").code == 3
