def test_a_token_is_told_once_and_works(world):
    told = world.run("point", "token", "cli-point", "--json")
    assert (told.code, told.json.keys()) == (0, {"point", "token", "simulate"})
    question = {"subject": {"type": "user", "id": "alice"}, "action": {"name": "read"}}
    body = question | {"resource": {"type": "record", "id": "1"}}
    assert world.post("/access/v1/evaluation", body, told.json["token"]).body["decision"] is True
    plain = world.run("point", "token", "cli-point").out.strip()
    assert world.post("/access/v1/evaluation", body, told.json["token"]).status == 401
    assert world.post("/access/v1/evaluation", body, plain).status == 200
    assert plain not in world.run("point", "list", "--json").out


def test_a_simulating_point_is_known_as_one(world):
    assert world.run("point", "token", "cli-simulator", "--simulate", "--json").json["simulate"] is True
    listed = {each["id"]: each for each in world.run("point", "list", "--json").json["items"]}
    assert (listed["cli-simulator"]["simulate"], listed["pep"]["simulate"]) == (True, False)


def test_a_name_that_is_none_ends_with_1(world):
    assert world.run("point", "token", "../etc").code == 1


def test_the_list_is_for_people_too(world):
    told = world.run("point", "list")
    assert told.out.splitlines()[0].split() == ["ID", "TYPE", "STATUS", "DOORS"]
    assert "asks online" in told.out


def test_installing_where_nobody_is_connected_ends_with_3(world):
    assert world.run("point", "install", "pep", "--door", "gate").code == 3
    assert world.run("point", "install", "pep", "--door", "gate", "--for", "0").code == 2
