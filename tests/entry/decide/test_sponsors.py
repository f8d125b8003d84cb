def test_orphans_reviews_and_clones_from_the_command_line(own_world):
    own_world.apply(
        "{kind: Actor, id: carrier, type: robot, owner: ops, purpose: Carries, state: active, contract: author, "
        "sponsor: ann@clinic.example, unit: {manufacturer: Acme, model: T3, serial: '1'}, review_every: 90d}"
    )
    orphans = own_world.run("actor", "orphans", "--json").json["items"]
    assert {"actor": "alice", "why": "no_sponsor", "successor": "", "until": ""} in orphans
    assert "carrier" not in {each["actor"] for each in orphans}  # nobody tells of people yet
    reviewed = own_world.run("actor", "review", "carrier", "--reason", "Looked at its ways.", "--json")
    assert (reviewed.code, reviewed.json["actor"], reviewed.json["due"] > "2026") == (0, "carrier", True)
    assert own_world.run("actor", "acknowledge", "carrier").code == 3
    assert own_world.run("actor", "review", "carrier", "--reason", " ").code == 4


def test_a_clone_inherits_no_access_and_no_credential(own_world):
    own_world.apply(
        "{kind: Actor, id: first, type: robot, owner: ops, purpose: Carries, state: active, contract: author, "
        "unit: {manufacturer: Acme, model: T3, serial: '7'}}"
    )
    own_world.run("actor", "enrol", "first")
    assert own_world.run("actor", "clone", "first", "--as", "second").code == 1  # whose serial number?
    made = own_world.run("actor", "clone", "first", "--as", "second", "--serial", "8", "--json")
    assert made.json == {"actor": "second", "of": "first", "state": "staged"}
    shown = own_world.run("actor", "show", "second", "--json").json
    assert (shown["contract_revision"], shown["grants"], shown["key"], shown["purpose"]) == ("", [], None, "Carries")
    assert not own_world.permits("second")
    assert own_world.run("actor", "clone", "first", "--as", "second", "--serial", "9").code == 5
    assert own_world.run("actor", "clone", "first", "--as", "third", "--serial", "8").code == 1  # a unit of its own
    assert own_world.run("actor", "clone", "nobody", "--as", "third", "--serial", "9").code == 3
