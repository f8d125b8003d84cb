"""The real Keycloak, one for all tests of a run: it takes a while to start."""

import time
from contextlib import contextmanager

import pytest

from nameplate.entry.bench.keycloak import INSTALL, READER_SECRET, REALM, home, running_keycloak
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.conftest import missing
from tests.entry.world import World

PATIENCE_S = 30.0
USERS = '["user"]'
GROUP = "nameplate-owners"
_TRANSMITTER = "--spi-ssf-transmitter--default--"
_SET = ("outbox-drainer-interval=1s", "allow-insecure-push-targets=true")
SIGNALS = ("--features=ssf", *(f"{_TRANSMITTER}{each}" for each in _SET))
"""The feature is there for all tests; the realm tells nothing before its own switch is on."""


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory):
    if home() is None:
        missing(f"Keycloak is not there; get it with: {INSTALL}")
    with running_keycloak(tmp_path_factory.mktemp("kc") / "kc", *SIGNALS) as server:
        yield server


@pytest.fixture
def world(tmp_path):
    with running_server(tmp_path, free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES=USERS) as server:
        yield World(server)


@contextmanager
def following(world, server, lease="20s"):
    world.run("key", "put", "keycloak", stdin=READER_SECRET)
    manifest = f"{{kind: Bridge, id: kc, type: keycloak, url: '{server.url}', realm: {REALM}, credential: keycloak"
    world.apply(f"{manifest}, lease: {lease}, interval: '0.2', roles: {{{GROUP}: owner}}}}")
    until(lambda: status(world).get("status") == "ok" and status(world)["heard_at"])
    yield


def until(holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def status(world, bridge="kc"):
    return next((each for each in world.run("bridge", "status", "--json").json["items"] if each["id"] == bridge), {})
