"""A robot is disabled in the company's identity system: no door opens for it any more."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3

from nameplate.entry.robot import Outcome
from tests.entry.world import run
from tests.journeys.conftest import PHARMACY

pytestmark = pytest.mark.timeout(110)
SCIM = "application/scim+json"
AGAIN = urllib3.Retry(50, status_forcelist=[503], allowed_methods=None, backoff_factor=0.05, backoff_max=1)
"""What a client does while the server of its bridge is still being loaded."""
SCHEMAS = "urn:ietf:params:scim:schemas:"
GOVERNED = f"{SCHEMAS}extension:governed-agent:2.0:Agent"
QUESTION = ("access", "check", "--actor", "planner", "--action", "read", "--resource", "app:rounds")
ACTOR = "urn:nameplate:scim:schemas:extension:2.0:Actor"


class Client:
    """A provisioning client, with the token that the site gave it."""

    def __init__(self, hospital: Any, bridge: str, more: str = "") -> None:
        hospital.run("apply", "-f", "-", stdin=f"{{kind: Bridge, id: {bridge}, type: scim{more}}}")
        token = hospital.run("bridge", "token", bridge, "--json").json["token"]
        self._base = f"http://127.0.0.1:{hospital.server.port}/scim/v2"
        self._headers = {"authorization": f"Bearer {token}", "content-type": SCIM}

    def send(self, method: str, path: str, body: Any) -> Any:
        """One request, which succeeds."""
        content, headers = json.dumps(body), self._headers
        answer = urllib3.request(method, self._base + path, body=content, headers=headers, retries=AGAIN)
        assert answer.status < 300, answer.data
        return json.loads(answer.data)


def active(value: str) -> Any:
    """As Entra writes it."""
    operation = {"op": "Replace", "path": "active", "value": value}
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}


def test_after_the_answer_to_a_disable_no_strike_is_released(hospital):
    robot, door = hospital.enrolled("amr-70"), hospital.doors[PHARMACY]
    client = Client(hospital, "entra")
    device = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device"], "displayName": "amr-70", "active": True}
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


def asserted(version: int, seconds: float) -> Any:
    """A governed agent whose assertion holds for so long."""
    now = datetime.now(UTC)
    times = {"authorizationNotBefore": now - timedelta(hours=1), "assertedAt": now}
    times |= {"validUntil": now + timedelta(seconds=seconds)}
    said = {"issuer": "https://iam.example", "subject": "7", "version": str(version), "status": "active"}
    return {
        "schemas": [f"{SCHEMAS}core:2.0:Agent", GOVERNED, ACTOR],
        "agentUserName": "planner",
        "active": True,
        ACTOR: {"owner": "pharmacy-ops", "purpose": "Plans rounds", "contract": "planners"},
        GOVERNED: said | {name: at.isoformat() for name, at in times.items()},
    }


def test_an_agent_whose_assertion_is_over_is_permitted_nothing_until_a_later_one(hospital):
    def decided() -> tuple[str, str]:
        told = run(*QUESTION, "--json", "--data", hospital.server.data).json
        return told["decision"], told["reason"]

    hospital.run(
        "apply", "-f", "-", stdin='{kind: Contract, id: plans, grants: [{actions: [read], resources: ["app:*"]}]}'
    )
    client = Client(hospital, "strict", ", governed: 'true', contracts: {planners: plans}")
    where = f"/Agents/{client.send('POST', '/Agents', asserted(1, 4.0))['id']}"
    hospital.run("actor", "activate", "planner", "--reason", "It is meant to plan")
    assert decided() == ("permit", "granted")
    hospital.until(lambda: decided() == ("deny", "stale_snapshot"), "the assertion is over")
    client.send("PUT", where, asserted(2, 600.0))
    assert decided() == ("permit", "granted")
