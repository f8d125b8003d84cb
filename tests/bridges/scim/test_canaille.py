"""A SCIM client that others wrote: canaille, by its own command line, provisions to our server and takes back."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.conftest import missing
from tests.entry.world import World
from tests.house.tree import ROOT

PARTS = ROOT / "build" / "peers" / "canaille"
PATIENCE_S = 30
SETTINGS = """
SECRET_KEY = "of this test"
SERVER_NAME = "canaille.example"
PREFERRED_URL_SCHEME = "https"
[CANAILLE]
DATABASE = "sql"
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{folder}/canaille.db"
[CANAILLE_OIDC]
TRUSTED_DOMAINS = ["127.0.0.1"]
[CANAILLE_SCIM]
ENABLE_CLIENT = true
"""
pytestmark = pytest.mark.timeout(300)


class Canaille:
    """Its command line. Whatever is changed is pushed before a command ends."""

    def __init__(self, folder: Path) -> None:
        if not (PARTS / ".installed").exists():
            missing("what canaille needs to be a SCIM client is not there; get it with: scripts/canaille")
        config = folder / "canaille.toml"
        config.write_text(SETTINGS.format(folder=folder), encoding="utf-8")
        self._env = os.environ | {"PYTHONPATH": str(PARTS), "CANAILLE_CONFIG": str(config)}
        self("install")

    def __call__(self, *arguments: str) -> str:
        command = [str(Path(sys.executable).with_name("canaille")), *arguments]
        done = subprocess.run(command, env=self._env, input="y", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        # It only warns where we refuse what it pushes.
        assert not any(each in done.stderr for each in ("failed", "not supported")), done.stderr
        return done.stdout

    def user(self, name: str) -> str:
        title = name.title()
        named = ("--given-name", title, "--family-name", "Berg", "--formatted-name", f"{title} Berg")
        made = self("create", "user", "--user-name", name, *named, "--emails", f"{name}@clinic.example")
        return str(json.loads(made)["id"])

    def may_provision(self, port: int, token: str) -> None:
        """As the guide says: a client whose address is that of our SCIM server, and our token as its token."""
        address = f"http://127.0.0.1:{port}/scim/v2/"
        made = self("create", "client", "--client-id", "np", "--client-name", "Nameplate", "--client-uri", address)
        until = ("--issue-date", datetime.now(UTC).isoformat(), "--lifetime", str(10 * 365 * 86_400))
        self("create", "token", "--token-id", "np", "--access-token", token, "--client", json.loads(made)["id"], *until)


@pytest.fixture(name="world")
def world_fixture(tmp_path):
    with running_server(tmp_path, free_port()) as server:
        yield World(server)


@pytest.fixture(name="canaille")
def canaille_fixture(world, tmp_path):
    world.apply("{kind: Bridge, id: canaille, type: scim, cursor: 'false', roles: {Building security: security}}")
    peer, token = Canaille(tmp_path), world.run("bridge", "token", "canaille", "--json").json["token"]
    # The first request loads our server, and canaille waits five seconds and never asks again.
    until(lambda: world.get("/scim/v2/ServiceProviderConfig", Authorization=f"Bearer {token}").status == 200)
    peer.may_provision(world.server.port, token)
    return peer


def people(world):
    found = world.run("person", "list", "--json").json["items"]
    return {each["name"]: (each["active"], each["roles"]) for each in found if each["bridge"] == "canaille"}


def until(holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_people_follow_what_canaille_says_and_machines_are_answered_for_when_they_leave(world, canaille):
    ada, bob = canaille.user("ada"), canaille.user("bob")
    assert people(world) == {"Ada Berg": (True, []), "Bob Berg": (True, [])}
    group = canaille("create", "group", "--display-name", "Building security", "--members", ada)
    assert people(world)["Ada Berg"] == (True, ["security"])
    canaille("set", "user", ada, "--formatted-name", "Ada Berg-Holm", "--family-name", "Berg-Holm")
    assert people(world)["Ada Berg-Holm"] == (True, ["security"])
    world.actor("amr-1", sponsor="ada@clinic.example", co_sponsors=["bob@clinic.example"], tier="high")
    assert orphans(world) == []
    # The group is deleted: the team that it was has left, and its machines are orphans.
    world.apply("{kind: Team, id: guards, group: Building security}")
    world.actor("amr-2", owner="guards", sponsor="ada@clinic.example")
    assert orphans(world, "amr-2") == []
    canaille("delete", "group", "--id", json.loads(group)["id"])
    assert people(world)["Ada Berg-Holm"] == (True, [])
    until(lambda: orphans(world, "amr-2") and orphans(world, "amr-2")[0]["successor"])
    assert orphans(world, "amr-2")[0]["why"] == "owner_empty"
    canaille("set", "user", ada, "--lock-date", datetime.now(UTC).isoformat())
    assert people(world)["Ada Berg-Holm"] == (False, [])
    until(lambda: orphans(world) and orphans(world)[0]["successor"])
    ((actor, why, successor),) = [(each["actor"], each["why"], each["successor"]) for each in orphans(world)]
    assert (actor, why) == ("amr-1", "sponsor_left")
    assert world.run("person", "show", successor, "--json").json["name"] == "Bob Berg"
    world.run("actor", "acknowledge", "amr-1")
    assert orphans(world) == []
    canaille("delete", "user", "--id", bob)
    gone = world.run("person", "show", successor, "--json").json
    assert (gone["active"], gone["name"]) == (False, ""), "the name of who was deleted is forgotten"
    until(lambda: orphans(world))
    records = world.run("journal", "export", "--out", "-").out
    assert all(name not in records for name in ("Berg", "Holm", "Bob"))


def orphans(world, actor="amr-1"):
    return [each for each in world.run("actor", "orphans", "--json").json["items"] if each["actor"] == actor]
