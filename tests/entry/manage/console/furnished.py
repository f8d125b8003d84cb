"""A server with something on every page of the console, real but for its steel, and whoever looks at it in Chromium."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from playwright.sync_api import BrowserContext

from nameplate.enforcement.osdp.sim import SimulatedDoor
from nameplate.entry.bench.workload import free_port
from nameplate.entry.client import Proposed
from nameplate.entry.serve.started import Server, running_server
from tests.entry.people import Somebody, link_of
from tests.entry.serve.servers import SITE, connected, point, until

LONG = "machine-with-" + "a-very-long-name-" * 6
FLEET = 55
MORE = """
{kind: Team, id: pharmacy-ops, name: Pharmacy operations, escalation: ["mailto:pharmacy-ops@clinic.example"]}
---
{kind: Bridge, id: company, type: scim, roles: {Guards: security, Staff: viewer}}
---
{kind: Bridge, id: directory, type: ldap, url: "ldap://127.0.0.1:9", base: "dc=clinic,dc=example", lease: 60s}
---
{kind: Sink, id: archive, format: ocsf, to: "file:events.ndjson"}
---
{kind: Sink, id: siem, format: cef, to: "syslog+tcp://127.0.0.1:9"}
"""
SCIM = "urn:ietf:params:scim:"


class Furnished:
    """The server. `proposal`: one that waits for two people; `denied`, `permitted`: ids of decisions."""

    def __init__(self, server: Server, door: SimulatedDoor) -> None:
        self.server, self.door, self.origin = server, door, f"http://localhost:{server.port}"
        self.proposal = self.denied = self.permitted = ""

    def furnish(self) -> None:
        """As long as nobody is in charge: all that is declared, and what has happened so far."""
        folder = self.server.data.parent
        self.apply(SITE + "---" + MORE.replace("file:events", f"file:{folder}/events"))
        self.apply("\n---\n".join(map(yaml.safe_dump, [_actor(f"fleet-{number:03}") for number in range(FLEET)])))
        self.apply("\n---\n".join(map(yaml.safe_dump, [_actor("amr-1", tier="high"), _actor(LONG), _actor("amr-2")])))
        self.apply(f"{_point('gate', 'd1', self.door.path)}\n---\n{point('back-gate', 'd2')}")
        until(lambda: connected(self.server) == {"gate", "back-gate"}, "both points are connected")
        self.server.client.post("/v1/points/gate/install", {"door": "d1", "seconds": 60})
        self._decide()
        self._company()
        self.order("quarantine", "fleet-001")
        self.order("retire", "fleet-002")
        until(lambda: "reader_online" in self.journal(), "the reader is online")
        self.door.tamper(active=True)
        until(lambda: self.server.client.get("/v1/alarms")["items"], "there is an alarm")

    def take_charge(self, somebody: Somebody) -> None:
        """From now on somebody is the owner, and what the machine asks for waits."""
        somebody.become_first(link_of(self.server))
        proposed(lambda: self.apply("{kind: Team, id: night, name: Night}"))
        withdrawn = self.proposed("fleet-001")
        self.server.client.post(f"/v1/proposals/{withdrawn}/withdrawal", {})
        self.order("suspend", "amr-1")
        self.proposal = self.proposed("amr-1")

    def proposed(self, actor: str) -> str:
        """Ask for an actor to go on; returns the proposal that becomes of it."""
        return proposed(lambda: self.order("activate", actor))

    def apply(self, text: str) -> Any:
        """Declare."""
        return self.server.client.post("/v1/apply", {"files": [{"name": "site.yaml", "text": text}]})

    def order(self, name: str, actor: str) -> Any:
        """Order something over its life."""
        return self.server.client.post("/v1/orders", {"order": name, "actors": [actor], "reason": "A test."})

    def journal(self) -> str:
        """The newest segment as it is."""
        return max((self.server.data / "journal").glob("*.journal")).read_text("utf-8")

    def _decide(self) -> None:
        asked = {"actor": "amr-2", "action": "enter", "context": {"presence": "reader"}}
        answers = [
            self.server.client.post("/v1/check", asked | {"resource": f"zone:{zone}"}) for zone in ("inside", "outside")
        ]
        self.permitted, self.denied = (str(each["decision_id"]) for each in answers)

    def _company(self) -> None:
        """The company tells of two people, and disables a machine."""
        token = self.server.client.post("/v1/bridge-tokens", {"name": "company"})["token"]
        until(lambda: "company" in str(self.server.client.get("/v1/bridges")), "the bridge is there")

        def send(method: str, path: str, schema: str, body: Any) -> Any:
            line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            headers = {"content-type": "application/scim+json", "authorization": f"Bearer {token}"}
            line.request(method, f"/scim/v2/{path}", json.dumps({"schemas": [SCIM + schema], **body}), headers)
            answer = line.getresponse()
            text = answer.read()
            line.close()
            assert answer.status < 300, text
            return json.loads(text or b"null")

        user = "schemas:core:2.0:User"
        people = [send("POST", "Users", user, {"userName": name, "active": True}) for name in ("ada", "eve")]
        members = [{"value": people[0]["id"]}]
        send("POST", "Groups", "schemas:core:2.0:Group", {"displayName": "Guards", "members": members})
        off = {"Operations": [{"op": "replace", "path": "active", "value": False}]}
        send("PATCH", f"Users/{people[1]['id']}", "api:messages:2.0:PatchOp", off)
        device = {"displayName": "fleet-003", "active": True}
        made = send("POST", "Devices", "schemas:core:2.0:Device", device)
        send("PATCH", f"Devices/{made['id']}", "api:messages:2.0:PatchOp", off)


@contextmanager
def furnished(folder: Path) -> Iterator[Furnished]:
    """The server, with nobody in charge yet."""
    with TemporaryDirectory(prefix="np-") as air:
        door = SimulatedDoor(bytes(16), Path(air), name="d1", install=True)
        # The point gives up root for a user of its own, which must still reach its line.
        Path(door.path).chmod(0o666)
        door.start()
        try:
            (folder / "data").mkdir()
            with running_server(folder / "data", free_port()) as server:
                found = Furnished(server, door)
                found.furnish()
                yield found
        finally:
            door.stop()


class Reader(Somebody):
    """Somebody. `complaints`: what Chromium says against pages: breaches of the policy, and scripts that failed."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        super().__init__(context, origin)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self._hear(message.text))

    def _hear(self, text: str) -> None:
        if "Content Security Policy" in text or "violates" in text:
            self.complaints.append(text)


def proposed(ask: Callable[[], Any]) -> str:
    """Ask for what waits for people; returns the proposal."""
    with pytest.raises(Proposed) as waits:
        ask()
    return str(waits.value.document["proposal"])


def _actor(ident: str, **fields: Any) -> dict[str, Any]:
    unit = {"manufacturer": "Acme", "model": "T3", "serial": f"T3-{ident}"}
    usual = {"kind": "Actor", "id": ident, "type": "robot", "unit": unit, "owner": "pharmacy-ops", "state": "active"}
    return usual | {"purpose": "Carries medication to the wards", "contract": "runner"} | fields


def _point(name: str, door: str, path: str) -> str:
    return f'{{kind: Point, id: {name}, type: osdp, channels: [{{door: {door}, to: "pty:{path}"}}]}}'
