"""Who disables many by one request, as a process of its own."""

import json
import subprocess
import sys

import pytest

from nameplate.entry.bench.upstream import Upstream, activity
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server

BRIDGE = "{kind: Bridge, id: upstream, type: scim}"
MODULE = (sys.executable, "-m", "nameplate.entry.bench.upstream")
CORE = "urn:ietf:params:scim:schemas:core:2.0:Device"


@pytest.fixture(name="far")
def far_fixture(tmp_path):
    """The port, and the token of a provisioning client."""
    with running_server(tmp_path, free_port()) as server:
        server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": BRIDGE}]})
        yield server.port, server.client.post("/v1/bridge-tokens", {"name": "upstream"})["token"]


def disabled(far, places):
    port, token = far
    asked = json.dumps({"port": port, "token": token, "places": places})
    return subprocess.run(MODULE, input=asked, capture_output=True, text=True, check=False)


def test_all_are_disabled_and_what_is_not_there_is_told(far):
    upstream = Upstream(*far)
    devices = [{"schemas": [CORE], "displayName": name, "active": True} for name in ("a", "b")]
    places = [f"/Devices/{upstream.send('POST', '/Devices', each)['id']}" for each in devices]
    told = json.loads(disabled(far, places).stdout)
    assert told["whole"] is True
    assert told["seconds"] > 0
    assert [upstream.send("PATCH", place, activity(False))["active"] for place in places] == [False, False]
    assert json.loads(disabled(far, [*places, "/Devices/nobody"]).stdout)["whole"] is False
    upstream.close()


def test_what_is_refused_is_no_figure(far):
    port, _ = far
    done = disabled((port, "wrong"), [])
    assert (done.returncode, done.stdout) == (1, "")
    assert "wrong" not in done.stderr
