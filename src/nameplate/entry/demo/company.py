"""The company's own identity system, as small as can be: it keeps an account a machine and provisions by SCIM 2.0."""

import http.client
import json
from typing import Any

from nameplate.domain.errors import Unavailable
from nameplate.entry.serve.started import Server

BRIDGE = "company-iam"
DEVICE = "urn:ietf:params:scim:schemas:core:2.0:Device"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MANIFEST = f"{{kind: Bridge, id: {BRIDGE}, type: scim}}"
PATIENCE_S = 20.0


class Company:
    """A SCIM client (RFC 7644) with a token of its own. Blocking."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._accounts: dict[str, str] = {}

    @classmethod
    def of(cls, server: Server) -> "Company":
        """The client of a bridge that is declared."""
        return cls(server.port, str(server.client.post("/v1/bridge-tokens", {"name": BRIDGE})["token"]))

    def create(self, name: str) -> None:
        """An account for a machine that is known here already: it is linked, not made twice."""
        body = {"schemas": [DEVICE], "displayName": name, "active": True}
        self._accounts[name] = str(self._send("POST", "/scim/v2/Devices", body)["id"])

    def switch(self, name: str, *, active: bool) -> None:
        """Disable or enable an account. It is in force when this returns."""
        change = {"op": "replace", "path": "active", "value": active}
        self._send("PATCH", f"/scim/v2/Devices/{self._accounts[name]}", {"schemas": [PATCH], "Operations": [change]})

    def _send(self, method: str, path: str, body: Any) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        headers = {"content-type": "application/scim+json", "authorization": f"Bearer {self._token}"}
        try:
            connection.request(method, path, json.dumps(body), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read() or b"null")
        finally:
            connection.close()
        if answer.status >= 400:
            raise Unavailable("company", f"{method} {path} was answered {answer.status}: {told}")
        return told
