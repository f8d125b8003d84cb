def test_a_server_that_is_well_is_told_so(own_world):
    told = own_world.run("doctor", "--json")
    assert (told.code, told.json["healthy"]) == (0, True)
    assert {each["name"] for each in told.json["checks"]} >= {"versions", "disk", "journal", "server", "points"}
    assert all(each.keys() == {"name", "state", "text", "remedy"} for each in told.json["checks"])
    assert own_world.run("doctor").out.splitlines()[0].split() == ["STATE", "CHECK", "FOUND"]


def test_what_fails_ends_with_7_and_says_what_to_do_also_without_a_server(world, tmp_path):
    told = world.run("doctor", data=tmp_path / "none")
    assert (told.code, "Name it with --data" in told.out, "nameplate serve" in told.out) == (7, True, True)
