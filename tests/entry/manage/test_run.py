import os
import signal

from nameplate.domain.errors import NameplateError


def test_killed_at_any_time_it_comes_back_with_everything(own_world):
    actor = own_world.actor("kept")
    own_world.order("suspend", actor)
    former = own_world.server.process("manage")
    os.kill(former, signal.SIGKILL)
    assert not own_world.permits(actor)
    assert shown(own_world, actor)["state"] == "suspended"
    assert own_world.server.process("manage") != former


def shown(world, actor):
    while True:
        try:
            return world.server.client.get(f"/v1/actors/{actor}")
        except NameplateError:
            continue


def test_tables_that_are_lost_are_made_anew_from_the_journal(own_world):
    actor = own_world.actor("rebuilt")
    own_world.order("quarantine", actor)
    os.kill(own_world.server.supervisor, signal.SIGSTOP)
    os.kill(own_world.server.process("manage"), signal.SIGKILL)
    for path in (own_world.server.data / "tables").iterdir():
        path.unlink()
    os.kill(own_world.server.supervisor, signal.SIGCONT)
    assert shown(own_world, actor)["state"] == "quarantined"
    assert shown(own_world, "alice")["state"] == "active"
