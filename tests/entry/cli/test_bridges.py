from tests.entry.serve.servers import until


def test_a_token_is_shown_once_and_the_status_tells_of_the_bound(world):
    world.apply("{kind: Bridge, id: cli-bridge, type: scim}")
    first, second = (world.run("bridge", "token", "cli-bridge", "--json").json for _ in range(2))
    assert first["bridge"] == "cli-bridge"
    assert first["token"] != second["token"]
    assert world.run("bridge", "token", "cli-bridge").out.startswith("npb_")
    until(lambda: "cli-bridge" in world.run("bridge", "status").out, "it is listed")
    shown = world.run("bridge", "status").out
    assert "no bound" in shown
    listed = world.run("bridge", "status", "--json").json["items"]
    assert "cli-bridge" in {each["id"] for each in listed}
    assert first["token"] not in shown


def test_a_bound_and_stop_times_stand_in_the_table(world):
    world.apply("{kind: Bridge, id: cli-dark, type: ldap, url: 'ldap://127.0.0.1:9', base: 'dc=x', lease: 90s}")
    until(lambda: "cli-dark" in world.run("bridge", "status").out, "it is listed")
    shown = next(line for line in world.run("bridge", "status").out.splitlines() if line.startswith("cli-dark"))
    assert "90.3 s" in shown


def test_a_bridge_that_is_not_declared_has_no_token(world):
    told = world.run("bridge", "token", "nowhere")
    assert told.code
    assert "There is no bridge nowhere" in told.err
