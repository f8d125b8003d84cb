"""An identity provider with shared signals on a loopback port: metadata, keys, a stream, verification, push, poll."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.bridges.ssf.signer import SSF, Signer

POLL = "urn:ietf:rfc:8936"
HANDLED = "handled"


class Upstream:
    """`waiting`: tokens by jti for who polls; `acked`, `errors`: what they said of them. `asked`: verification states.

    `answers`: whether it answers a verification request; `where` and `bearer`: where it pushes, if it does.
    """

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.signer = Signer(issuer=self.issuer)
        self.lock = threading.Lock()
        self.waiting: dict[str, str] = {}
        self.acked: list[str] = []
        self.errors: dict[str, Any] = {}
        self.asked: list[str] = []
        self.keys_fetched = 0
        self.answers, self.status, self.busy = True, "enabled", False
        self.where, self.bearer = "", ""
        self.answer: Callable[[str, str, Any], tuple[int, Any]] = self.usual

    def token(self, uri: str, event: Any = None, subject: Any = None, **more: Any) -> bytes:
        """One that holds."""
        return self.signer.token(self.signer.claims(uri, event, subject, **more))

    def push(self, raw: bytes, **headers: str) -> tuple[int, Any]:
        """Push a token; the status and the answer."""
        place = urlsplit(self.where)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        usual = {"content-type": "application/secevent+jwt", "authorization": f"Bearer {self.bearer}"}
        try:
            connection.request("POST", place.path, raw, {**usual, **headers})
            response = connection.getresponse()
            body = response.read()
            return response.status, json.loads(body) if body else None
        finally:
            connection.close()

    def offer(self, jti: str, raw: bytes) -> None:
        """Have it wait for who polls."""
        with self.lock:
            self.waiting[jti] = raw.decode()

    def usual(self, _method: str, path: str, body: Any) -> tuple[int, Any]:
        """What is answered over HTTP, unless `answer` is something else."""
        if path == "/.well-known/ssf-configuration":
            return 200, self._metadata()
        if path == "/jwks":
            self.keys_fetched += 1
            return 200, json.loads(self.signer.jwks())
        if path == "/streams":
            delivery = {"method": POLL, "endpoint_url": f"{self.issuer}/poll"}
            return 200, [{"stream_id": "s1", "delivery": delivery, "min_verification_interval": 0}]
        if path == "/status":
            return 200, {"stream_id": "s1", "status": self.status}
        if path == "/verify":
            return self._verify(body)
        return (200, self._polled(body)) if path == "/poll" else (404, {})

    def _metadata(self) -> dict[str, Any]:
        names = ("configuration", "status", "verification")
        places = {"configuration": "streams", "status": "status", "verification": "verify"}
        ends = {f"{name}_endpoint": f"{self.issuer}/{places[name]}" for name in names}
        critical = {"critical_subject_members": ["tenant"]}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **ends, **critical}

    def _verify(self, body: Any) -> tuple[int, Any]:
        if self.busy:
            return 429, None
        self.asked.append(body["state"])
        if self.answers:
            raw = self.token(f"{SSF}verification", {"state": body["state"]}, {"format": "opaque", "id": "s1"})
            if self.where:
                threading.Thread(target=self.push, args=(raw,), daemon=True).start()
            else:
                self.offer(f"v{len(self.asked)}", raw)
        return 204, None

    def _polled(self, body: Any) -> dict[str, Any]:
        with self.lock:
            self.acked += body.get("ack", [])
            self.errors |= body.get("setErrs", {})
            for jti in [*body.get("ack", []), *body.get("setErrs", {})]:
                self.waiting.pop(jti, None)
        deadline = time.monotonic() + (0 if body.get("returnImmediately") else 2)
        while not self.waiting and time.monotonic() < deadline:
            time.sleep(0.005)
        with self.lock:
            sets = dict(list(self.waiting.items())[: body.get("maxEvents", 100)])
            return {"sets": sets, "moreAvailable": len(self.waiting) > len(sets)}


@contextmanager
def serving() -> Iterator[Upstream]:
    """One that answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._do(None)

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            is_json = "json" in (self.headers.get("content-type") or "")
            self._do((json.loads(raw) if raw else {}) if is_json else raw)

        def _do(self, body: Any) -> None:
            status, document = upstream.answer(self.command, urlsplit(self.path).path, body)
            answer = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    upstream = Upstream(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield upstream
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
