"""People at the deciding process, without a browser: sessions, passkeys and proposals in milliseconds."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nameplate.bridges.manifest_yaml import read
from nameplate.domain.people import LOCAL
from nameplate.flows.apply import plan
from tests.entry.decide.asgi import Answer, Process, process
from tests.keys.webauthn.authenticator import Authenticator

ORIGIN = "http://localhost:8470"
COMPANY = """
kind: Bridge
id: company
type: oidc
url: https://idp.example
client: nameplate
roles: {viewers: viewer, operators: operator, approvers: approver, security: security, owners: owner, auditors: auditor}
"""


class Somebody:
    """A person at a browser. `token`: of their session, empty when they are signed out."""

    def __init__(self, crowd: "Crowd", ident: str) -> None:
        self.crowd, self.id, self.token = crowd, ident, ""
        self.authenticator = Authenticator(ORIGIN)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """From a page of ours, with the cookie; `headers` replace what a browser would say, empty ones are left out."""
        said = {"cookie": f"__Host-nameplate={self.token}", "origin": ORIGIN, "content-type": "application/json"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.crowd.ask(method, path, body, {name: value for name, value in said.items() if value})

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST."""
        return self.call("POST", path, body or {}, **headers)

    def sign_in(self) -> Answer:
        """With the passkey."""
        asked = self.post("/v1/signin/challenge").json
        answer = self.post("/v1/signin", self.authenticator.show(asked))
        if answer.status == 200:
            self.token = token_in(answer)
        return answer

    def bind(self) -> Answer:
        """Make a passkey."""
        return self.post("/v1/me/passkeys", self.authenticator.make(self.post("/v1/me/passkeys/challenge").json))

    def approve(self, proposal: str) -> Answer:
        """Show the passkey for a proposal."""
        asked = self.post(f"/v1/proposals/{proposal}/challenge")
        if asked.status != 200:
            return asked
        return self.post(f"/v1/proposals/{proposal}/approval", self.authenticator.show(asked.json))


class Crowd:
    """A deciding process and its people."""

    def __init__(self, found: Process) -> None:
        self.process, self.parts = found, found.parts
        self.registry = found.parts.registry

    def ask(self, method: str, path: str, body: Any, headers: dict[str, str], uid: int | None = None) -> Answer:
        """One request."""
        said = [(name.encode(), value.encode()) for name, value in headers.items()]
        pieces = [b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()]
        return self.process.call(method, path, pieces, said, uid, authorized=False)

    def machine(self, path: str, body: Any = None, method: str = "POST") -> Answer:
        """Over the control socket."""
        return self.ask(method, path, body or {}, {"content-type": "application/json"}, uid=0)

    def commit(self, **record: Any) -> None:
        """Put a record in force."""
        self.run(self.parts.ledger.commit(record))

    def run(self, work: Any) -> Any:
        """On the loop of the process."""
        return self.process.run(work)

    def declare(self, text: str, by: str) -> int:
        """As `manage` would command it."""
        changes = plan(self.registry, list(read(text, "c.yaml")), is_timezone=lambda _: True).changes
        return int(self.run(self.parts.declarer.declare(list(changes), by, self.registry.seq)))

    def first(self) -> Somebody:
        """The first owner, signed in."""
        link = self.machine("/v1/first-owner-links").json["link"].partition("#")[2]
        owner = Somebody(self, LOCAL)
        made = owner.authenticator.make(owner.post("/v1/first-owner/challenge", {"link": link}).json)
        answer = owner.post("/v1/first-owner", {"link": link, **made})
        assert answer.status == 200, answer
        owner.token = token_in(answer)
        return owner

    def person(self, name: str, *groups: str, passkey: bool = True) -> Somebody:
        """Somebody whom the company brought, signed in."""
        ident = f"p-{name}"
        self.commit(kind="person", person=ident, bridge="company", active=True, groups=list(groups))
        somebody = Somebody(self, ident)
        somebody.token = self.run(self.parts.sessions.begin(ident, "console", "test"))
        if passkey:
            assert somebody.bind().status == 200
        return somebody

    def propose(self, path: str = "/v1/point-tokens", body: Any = None) -> str:
        """From the machine."""
        answer = self.machine(path, body or {"name": "late"})
        assert answer.status == 202, answer
        return str(answer.json["proposal"])


def token_in(answer: Answer) -> str:
    """The session token that an answer sets."""
    found = re.match(
        rb"__Host-nameplate=([^;]*); Path=/; Secure; HttpOnly; SameSite=Strict", answer.headers[b"set-cookie"]
    )
    assert found, answer.headers
    return found[1].decode()


@contextmanager
def crowd(folder: Path) -> Iterator[Crowd]:
    """A process with the company's bridge in force, and nobody in charge."""
    with process(folder) as found:
        made = Crowd(found)
        made.declare(COMPANY, "test")
        yield made
