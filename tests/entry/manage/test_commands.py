import os
import signal
import time
from contextlib import suppress

import pytest

from nameplate.domain.errors import NameplateError, Unavailable
from tests.entry.world import POLL_S


def test_while_nobody_decides_a_command_fails_and_then_works_again(own_world):
    pid = own_world.server.process("decide")
    os.kill(own_world.server.supervisor, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    try:
        with pytest.raises(Unavailable) as failed:
            own_world.apply("{kind: Team, id: lost, name: X}")
    finally:
        os.kill(own_world.server.supervisor, signal.SIGCONT)
    assert failed.value.remedy
    answer = until_it_works(lambda: own_world.apply("{kind: Team, id: found, name: X}"))
    assert answer["operations"][0]["op"] == "create"
    assert "lost" not in own_world.run("export").out


def until_it_works(call):
    while True:
        with suppress(NameplateError):
            return call()
        time.sleep(POLL_S)
