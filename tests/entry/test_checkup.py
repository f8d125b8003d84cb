from nameplate.domain.checkups import State
from nameplate.entry.checkup import ask
from nameplate.entry.client import Client

POINT = """
{kind: Zone, id: dr-1}
---
{kind: Zone, id: dr-2}
---
{kind: Door, id: doctor-door, joins: [dr-1, dr-2], readers: [{id: r1, side: dr-1}, {id: r2, side: dr-2}]}
---
{kind: Point, id: doctor-point, type: modbus-of-the-future, channels: [{door: doctor-door, to: "pty:/none"}]}
"""


def states(client):
    return {each.name: each.state for each in ask(client)}


def test_without_a_server_that_is_what_is_said(tmp_path):
    (only,) = ask(Client(tmp_path))
    assert (only.name, only.state, "nameplate serve" in only.remedy) == ("server", State.FAIL, True)


def test_a_server_tells_of_its_points_and_sinks(own_world, tmp_path):
    client = own_world.server.client
    assert states(client) == {"server": "ok", "points": "ok"}
    own_world.apply(f"{{kind: Sink, id: dead, format: ocsf, to: 'file:{tmp_path}/none/x'}}")
    own_world.apply(POINT)
    own_world.until(lambda: states(client) == {"server": "ok", "points": "fail", "sink dead": "fail"})
    found = {each.name: each for each in ask(client)}
    assert "doctor-point" in found["points"].text
    assert all(each.remedy for each in found.values() if each.state is not State.OK)
