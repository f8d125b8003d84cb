"""`login` and `logout` where they cannot work. What they do at a server: `tests/entry/test_login.py`."""

from nameplate.entry.bench.workload import free_port
from nameplate.entry.cli.output import Exit
from tests.entry.world import run


def test_nobody_signs_in_where_there_is_no_server(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMEPLATE_LOGIN", str(tmp_path / "login.json"))
    assert run("login", "--server", f"http://localhost:{free_port()}").code == Exit.UNREACHABLE
    assert run("login", "--server", "http://clinic.example").code == Exit.ERROR
    assert run("logout", "--server", "http://localhost:1").code == Exit.DENIED
    assert not (tmp_path / "login.json").exists()
