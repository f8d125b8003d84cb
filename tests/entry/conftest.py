from collections.abc import Iterator
from pathlib import Path

import pytest

from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.world import World

USERS = '["user"]'


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server for all tests that leave it as they find it: each brings actors and points of its own."""
    with running_server(tmp_path_factory.mktemp("np"), free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES=USERS) as server:
        yield World(server)


@pytest.fixture(scope="module")
def file_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server for one file, whose tests agree on what it holds."""
    with running_server(tmp_path_factory.mktemp("np"), free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES=USERS) as server:
        yield World(server)


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A server that a test may break."""
    with running_server(tmp_path, free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES=USERS) as server:
        yield World(server)
