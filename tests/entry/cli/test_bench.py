import json
import subprocess
import sys

from tests.entry.world import run


def test_figures_stand_beside_the_floor_of_the_same_run():
    command = [sys.executable, "-m", "nameplate", "bench", "journal", "--seconds", "0.5", "--json"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "floor" in json.dumps(json.loads(told.stdout))


def test_a_measurement_that_lasts_no_time_is_refused():
    assert run("bench", "journal", "--seconds", "0").code == 2
    assert run("bench", "decisions", "--requests", "1").code == 2
