"""A robot is disabled in the company's identity system: no door opens for it any more."""

import json
import urllib.request
from typing import Any

import pytest

from nameplate.entry.robot import Outcome
from tests.entry.world import PATIENCE_S
from tests.journeys.conftest import PHARMACY

pytestmark = pytest.mark.timeout(110)
SCIM = "application/scim+json"


class Client:
    """A provisioning client, with the token that the site gave it."""

    def __init__(self, hospital: Any, bridge: str) -> None:
        hospital.run("apply", "-f", "-", stdin=f"{{kind: Bridge, id: {bridge}, type: scim}}")
        token = hospital.run("bridge", "token", bridge, "--json").json["token"]
        self._base = f"http://127.0.0.1:{hospital.server.port}/scim/v2"
        self._headers = {"authorization": f"Bearer {token}", "content-type": SCIM}

    def send(self, method: str, path: str, body: Any) -> Any:
        """One request, which succeeds."""
        request = urllib.request.Request(self._base + path, json.dumps(body).encode(), self._headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - our own server
            return json.loads(answer.read())


def active(value: str) -> Any:
    """As Entra writes it."""
    operation = {"op": "Replace", "path": "active", "value": value}
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}


def test_after_the_answer_to_a_disable_no_strike_is_released(hospital):
    robot, door = hospital.enrolled("amr-70"), hospital.doors[PHARMACY]
    client = Client(hospital, "entra")
    device = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device"], "displayName": "amr-70", "active": True}
    hospital.until(lambda: "entra" in str(hospital.server.client.get("/v1/bridges")), "the bridge is heard")
    where = f"/Devices/{client.send('POST', '/Devices', device)['id']}"
    assert hospital.come(robot, PHARMACY).permit
    hospital.happened("no_passage", actor="amr-70")
    assert client.send("PATCH", where, active("False"))["active"] is False
    before = len(door.strikes)
    assert hospital.come(robot, PHARMACY) == Outcome(permit=False, reason="state")
    assert len(door.strikes) == before
    ordered = next(each for each in hospital.records() if each["kind"] == "state" and each["by"] == "bridge:entra")
    receipts = [each for each in hospital.records() if each["kind"] == "receipt" and each["stop"] == ordered["stop"]]
    assert receipts, "the door has signed for the stop"
    assert client.send("PATCH", where, active("True"))["active"] is True
    assert hospital.show("amr-70")["state"] == "active"
