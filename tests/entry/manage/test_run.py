import os
import signal
import time
from contextlib import suppress

from nameplate.domain.errors import NameplateError
from tests.entry.world import POLL_S


def test_killed_at_any_time_it_comes_back_with_everything(file_world):
    actor = file_world.actor("kept")
    file_world.order("suspend", actor)
    former = file_world.server.process("manage")
    os.kill(former, signal.SIGKILL)
    assert not file_world.permits(actor)
    assert shown(file_world, actor)["state"] == "suspended"
    assert file_world.server.process("manage") != former


def shown(world, actor):
    while True:
        with suppress(NameplateError):
            return world.server.client.get(f"/v1/actors/{actor}")
        time.sleep(POLL_S)


def test_tables_that_are_lost_are_made_anew_from_the_journal(file_world):
    actor = file_world.actor("rebuilt")
    file_world.order("quarantine", actor)
    os.kill(file_world.server.supervisor, signal.SIGSTOP)
    os.kill(file_world.server.process("manage"), signal.SIGKILL)
    for path in (file_world.server.data / "tables").iterdir():
        path.unlink()
    os.kill(file_world.server.supervisor, signal.SIGCONT)
    assert shown(file_world, actor)["state"] == "quarantined"
    assert shown(file_world, "alice")["state"] == "active"
