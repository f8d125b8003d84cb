"""The first owner of a running server without a browser: an authenticator in software, and a client that has a cookie.

The cookie of a session is for https and for browsers at localhost; this client keeps it as they would.
"""

import http.client
import json
import re
from typing import Any, NamedTuple

from nameplate.entry.serve.started import Server
from tests.entry.people import link_of
from tests.keys.webauthn.authenticator import Authenticator


class Said(NamedTuple):
    """An answer."""

    status: int
    json: Any


class Owner:
    """Takes charge of `server`: from then on the machine only reads, stops and proposes."""

    def __init__(self, server: Server) -> None:
        self._port, self.origin, self.token = server.port, f"http://localhost:{server.port}", ""
        self.authenticator = Authenticator(self.origin)
        link = link_of(server).partition("#")[2]
        made = self.authenticator.make(self.post("/v1/first-owner/challenge", {"link": link}).json)
        said = self.post("/v1/first-owner", {"link": link, **made})
        assert said.status == 200, said

    def post(self, path: str, body: Any = None) -> Said:
        """From a page of the server."""
        said = {"content-type": "application/json", "origin": self.origin, "cookie": f"__Host-nameplate={self.token}"}
        connection = http.client.HTTPConnection("localhost", self._port, timeout=30)
        try:
            connection.request("POST", path, json.dumps(body or {}).encode(), said)
            answer = connection.getresponse()
            if found := re.match("__Host-nameplate=([^;]*);", answer.getheader("set-cookie") or ""):
                self.token = found[1]
            return Said(answer.status, json.loads(answer.read() or b"null"))
        finally:
            connection.close()

    def sign_in(self) -> None:
        """Anew, with the passkey."""
        asked = self.post("/v1/signin/challenge").json
        assert self.post("/v1/signin", self.authenticator.show(asked)).status == 200

    def approve(self, proposal: str) -> Said:
        """Show the passkey for a proposal."""
        asked = self.post(f"/v1/proposals/{proposal}/challenge").json
        return self.post(f"/v1/proposals/{proposal}/approval", self.authenticator.show(asked))
