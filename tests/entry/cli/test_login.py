"""`login` and `logout`, from the command line to the session at the server."""

import json
import os
import re
import subprocess
import sys

import pytest

from nameplate.entry.bench.workload import free_port
from tests.entry.owner import Owner
from tests.entry.world import PATIENCE_S, run

SAID = re.compile(r"Open (\S+) and confirm the code (\S+)")


@pytest.fixture(name="tokens", autouse=True)
def tokens_fixture(tmp_path, monkeypatch):
    path = tmp_path / "login.json"
    monkeypatch.setenv("NAMEPLATE_LOGIN", str(path))
    return path


@pytest.fixture(name="owner", scope="module")
def owner_fixture(file_world):
    return Owner(file_world.server)


def login(owner, step, *words):
    """The command in a process of its own, while somebody does `step`: exit code, stdout, stderr."""
    command = [sys.executable, "-m", "nameplate", "login", *words]
    environment = {**os.environ, "NAMEPLATE_SERVER": owner.origin}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = SAID.search(line)
        assert found, line
        assert found[1] == f"{owner.origin}/console/device?code={found[2]}"
        assert owner.post(f"/v1/devices/{found[2]}/{step}").status == 200
        out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, line + err


def test_a_terminal_is_signed_in_does_what_its_person_may_and_is_signed_out(owner, tokens):
    code, out, err = login(owner, "confirmation", "--json")
    assert code == 0, err
    assert json.loads(out)["person"] == "p-local"
    (token,) = json.loads(tokens.read_text()).values()
    assert token not in out + err
    listed = run("person", "list", "--server", owner.origin, "--json").json["items"]
    assert [(each["id"], each["sessions"]) for each in listed] == [("p-local", 2)]
    assert run("logout", "--server", owner.origin).out == "Signed out.\n"
    assert token not in tokens.read_text()
    assert run("person", "list", "--server", owner.origin).code == 4
    again = run("logout", "--server", owner.origin)
    assert (again.code, again.out) == (4, "")
    assert "You are not signed in" in again.err


def test_a_refusal_signs_nothing_in(owner, tokens):
    code, out, err = login(owner, "refusal")
    assert (code, out) == (1, "")
    assert "refused this code" in err
    assert "Traceback" not in err
    assert not tokens.exists()


@pytest.mark.parametrize("server", ["nameplate.example", "http://nameplate.example", "https://[::1", "https://x:99999"])
def test_what_is_no_server_to_trust_is_not_even_called(server, tokens):
    for command in ("login", "logout"):
        told = run(command, "--server", server)
        assert (told.code, told.out) == (1, "")
        assert "https" in told.err
        assert "Traceback" not in told.err
    assert not tokens.exists()


def test_a_server_that_is_not_there_is_said_to_be_so(tokens):
    told = run("login", "--server", f"http://127.0.0.1:{free_port()}")
    assert (told.code, told.out) == (6, "")
    assert not tokens.exists()


def test_without_a_server_nothing_is_done(monkeypatch):
    monkeypatch.delenv("NAMEPLATE_SERVER", raising=False)
    for command in ("login", "logout"):
        assert run(command).code == 2
