"""A token names the bridge that calls, and nobody else."""

import hashlib
from typing import Any

import pytest

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import NotFound
from nameplate.domain.registry import Registry
from nameplate.entry.decide.bridges import Bridges


def bearing(value):
    return {"type": "http", "headers": [(b"authorization", value)]}


@pytest.fixture
def bridges():
    registry = Registry(bridges={"hr": Bridge("hr", "s", BridgeType.SCIM)})
    registry.bridge_tokens["hr"] = hashlib.sha256(b"npb_right").hexdigest()
    registry.bridge_tokens["gone"] = hashlib.sha256(b"npb_gone").hexdigest()
    unused: Any = None
    return Bridges(registry, unused)


def test_a_bearer_token_names_its_bridge(bridges):
    for value in (b"Bearer npb_right", b"bearer  npb_right "):
        assert bridges.caller(bearing(value)) == "hr"


@pytest.mark.parametrize(
    "value",
    [b"", b"npb_right", b"Basic npb_right", b"Bearer ", b"Bearer npb_wrong", b"Bearer npb_gone", b"Bearer \xff"],
)
def test_whatever_else_names_nobody(bridges, value):
    assert bridges.caller(bearing(value)) == ""


def test_a_new_token_replaces_the_former_one_also_on_the_wire(world):
    world.apply("{kind: Bridge, id: token-bridge, type: scim}")
    tokens = [world.server.client.post("/v1/bridge-tokens", {"name": "token-bridge"})["token"] for _ in range(2)]
    record = b"".join(path.read_bytes() for path in (world.server.data / "journal").glob("*") if path.is_file())
    assert not [token for token in tokens if token.encode() in record]
    with pytest.raises(NotFound):
        world.server.client.post("/v1/bridge-tokens", {"name": "nowhere"})


def test_nobody_makes_a_token_from_the_network(world):
    assert world.post("/v1/bridge-tokens", {"name": "token-bridge"}).status in (401, 403, 404)
