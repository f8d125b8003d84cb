"""Persons in a real browser with an authenticator of its own, and the server that they come to."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from nameplate.entry.serve.started import Server
from tests.conftest import require_peer
from tests.entry.world import run

QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
PATIENCE_MS = 30_000
OFFER_S, OFFERED = 3.0, "No owner yet."
AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
POST = """async ([path, body]) => {
  const answer = await fetch(path, {method: "POST", headers: {"content-type": "application/json"},
                                    body: JSON.stringify(body), credentials: "same-origin"});
  return [answer.status, await answer.json().catch(() => null), answer.headers.get("www-authenticate")];
}"""
SHOW = """async (asked) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.options);
  const shown = await navigator.credentials.get({publicKey});
  return {nonce: asked.nonce, credential: shown.toJSON()};
}"""


class Somebody:
    """One person at one browser profile."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context, self.origin = context, origin
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.cdp = context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable", {"enableUI": False})
        added = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.authenticator = added["authenticatorId"]

    def open(self, path: str) -> None:
        """Go to a page of the server."""
        self.page.goto(self.origin + path)

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name).click()

    def said(self, text: str) -> str:
        """What the page says once it says something with `text`."""
        found = self.page.locator("[data-said]", has_text=text)
        found.wait_for()
        return str(found.text_content())

    def become_first(self, link: str) -> None:
        """Take a one-time link."""
        self.page.goto(link)
        self.press("Make a passkey")
        self.page.wait_for_url("**/console/passkeys")

    def sign_in(self) -> None:
        """With the passkey in the authenticator."""
        self.open("/console/sign-in")
        self.press("Sign in with a passkey")
        self.page.wait_for_url("**/console/passkeys")

    def post(self, path: str, body: Any = None) -> tuple[int, Any, str | None]:
        """From a page of the server: status, document, what is asked for in WWW-Authenticate."""
        status, document, asked = self.page.evaluate(POST, [path, body or {}])
        return status, document, asked

    def shown(self, asked: Any) -> Any:
        """What the authenticator answers to a challenge."""
        return self.page.evaluate(SHOW, asked)

    def approve(self, proposal: str) -> tuple[int, Any, str | None]:
        """Prove oneself for a proposal."""
        status, asked, why = self.post(f"/v1/proposals/{proposal}/challenge")
        return (
            self.post(f"/v1/proposals/{proposal}/approval", self.shown(asked))
            if status == 200
            else (status, asked, why)
        )

    def token(self) -> str:
        """The session token in the browser."""
        return next(str(each["value"]) for each in self.context.cookies() if each["name"] == "__Host-nameplate")


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, from which each person gets a profile of their own."""
    chromium = require_peer("chromium", "apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(QUIET))
        try:
            yield started
        finally:
            started.close()


class Raw:
    """A client that sets each header itself. `cookie`: the last that was set."""

    def __init__(self, server: Server) -> None:
        self._port, self.origin, self.cookie = server.port, f"http://localhost:{server.port}", ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and document; `headers` with underscores."""
        connection = http.client.HTTPConnection("localhost", self._port, timeout=30)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, path, data, {"content-type": "application/json", **given})
        answer = connection.getresponse()
        text = answer.read()
        set_cookie = answer.getheader("set-cookie") or ""
        self.cookie = set_cookie.partition(";")[0] if set_cookie else self.cookie
        connection.close()
        return answer.status, json.loads(text) if "json" in (answer.getheader("content-type") or "") else text.decode()


def link_of(server: Server) -> str:
    """A link for the first owner.

    A new one ends the former: one that `serve` prints as it starts must not come after ours. It prints none where
    somebody has been in charge before.
    """
    deadline = time.monotonic() + OFFER_S
    log = server.data / "serve.log"
    while OFFERED not in log.read_text("utf-8", "replace") and time.monotonic() < deadline:
        time.sleep(0.02)
    return str(server.client.post("/v1/first-owner-links", {})["link"])


def journal(server: Server, data: Path) -> list[dict[str, Any]]:
    """All records."""
    out = data / "all.ndjson"
    run("journal", "export", "--data", server.data, "--out", out)
    found = [json.loads(line) for line in out.read_text().splitlines()]
    out.unlink()
    return found
