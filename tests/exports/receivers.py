"""HTTP receivers on a loopback port. Splunk's and Elastic's are made after their public format pages: no such server
is packaged for the systems that the tests run on, so they show that we keep to the page, not that the product takes it.
"""

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.exports.certificates import Pair


class Got(NamedTuple):
    """One request; `body` uncompressed."""

    path: str
    headers: dict[str, str]
    body: bytes


Reply = tuple[int, dict[str, str], bytes]
Answer = Callable[[Got], Reply]
OK: Reply = (200, {}, b"{}")


class Receiver:
    """Answers with `answer`, and keeps what it was sent."""

    def __init__(self, answer: Answer, tls: Pair | None = None) -> None:
        self.answer, self.requests = answer, list[Got]()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.cert, tls.key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers["content-length"]))
                body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
                receiver.requests.append(Got(self.path, headers, body))
                status, more, words = receiver.answer(receiver.requests[-1])
                self.send_response(status)
                for name, value in {"content-length": str(len(words)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(words)

            def log_message(self, *words: Any) -> None:
                pass

        return Handler

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def receiving(answer: Answer = lambda _: OK, tls: Pair | None = None) -> Iterator[Receiver]:
    receiver = Receiver(answer, tls)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


class Splunk:
    """https://docs.splunk.com: HTTP Event Collector, "Format events", "Troubleshoot" (the codes)."""

    def __init__(self, token: str) -> None:
        self._token, self.events = token, list[dict[str, Any]]()

    def __call__(self, got: Got) -> Reply:
        if got.headers.get("authorization") != f"Splunk {self._token}":
            return 403, {}, b'{"text":"Invalid token","code":4}'
        decoder, text, found = json.JSONDecoder(), got.body.decode(), list[dict[str, Any]]()
        while text.strip():
            event, end = decoder.raw_decode(text.lstrip())
            found.append(event)
            text = text.lstrip()[end:]
        if not all(isinstance(each.get("event"), dict | str) and float(each["time"]) > 0 for each in found):
            return 400, {}, b'{"text":"Invalid data format","code":6,"invalid-event-number":0}'
        self.events += found
        return 200, {}, b'{"text":"Success","code":0}'


class Elastic:
    """https://www.elastic.co/docs: Bulk API. `refused`: ids of documents that no mapping takes."""

    def __init__(self, refused: set[str] | None = None) -> None:
        self.documents: dict[str, Any] = {}
        self.refused, self.busy = refused or set(), False

    def __call__(self, got: Got) -> Reply:
        lines = got.body.decode().split("\n")
        assert lines.pop() == "", "the last line must end too"
        pairs = [(json.loads(action), json.loads(body)) for action, body in zip(lines[::2], lines[1::2], strict=True)]
        items = [{"create": self._create(action["create"]["_id"], body)} for action, body in pairs]
        errors = any(item["create"]["status"] >= 300 for item in items)
        return 200, {}, json.dumps({"took": 1, "errors": errors, "items": items}).encode()

    def _create(self, ident: str, body: Any) -> dict[str, Any]:
        if self.busy:
            return {"_id": ident, "status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "full"}}
        if ident in self.refused:
            return {"_id": ident, "status": 400, "error": {"type": "document_parsing_exception", "reason": "no"}}
        if ident in self.documents:
            return {"_id": ident, "status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "x"}}
        self.documents[ident] = body
        return {"_id": ident, "status": 201}
