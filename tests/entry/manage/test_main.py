import subprocess
import sys


def test_without_its_parent_it_does_not_even_begin(tmp_path):
    command = [sys.executable, "-m", "nameplate.entry.manage", "--parent", "1", "--data", str(tmp_path / "data")]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0
    assert not (tmp_path / "data").exists()
