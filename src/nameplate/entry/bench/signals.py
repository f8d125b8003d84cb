"""From a pushed account-disabled until it is in force and answered, beside one sync of the disk."""

import base64
import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from nameplate.boot.journal import reader
from nameplate.domain.errors import Unavailable
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.entry.serve.started import Server, running_server

from .floors import sync_floor
from .workload import free_port

BRIDGE, AUDIENCE = "idp", "https://nameplate.example/ssf"
DISABLED = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
WAIT_S, POLL_S = 30.0, 0.02
SITE = """
{kind: Team, id: ops, name: Operations}
---
{kind: Contract, id: runner, grants: [{actions: [read], resources: ["app:*"]}]}
"""


class Issuer:
    """An identity provider that shows its key and pushes. Signed here, by nothing that the receiver uses."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._key = rsa.generate_private_key(65_537, 2048)
        self._count = 0

    def document(self, path: str) -> dict[str, Any]:
        """What is answered at a path."""
        if path != "/jwks":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}
        numbers = self._key.public_key().public_numbers()
        return {"keys": [{"kty": "RSA", "kid": "k", "n": _b64(_bytes(numbers.n)), "e": _b64(_bytes(numbers.e))}]}

    def token(self, actor: str) -> bytes:
        """That the account of an actor is disabled."""
        self._count += 1
        subject = {"format": "iss_sub", "iss": self.url, "sub": actor}
        claims = {"iss": self.url, "aud": AUDIENCE, "jti": f"j{self._count}", "iat": int(time.time())}
        claims |= {"sub_id": subject, "events": {DISABLED: {}}}
        header = {"typ": "secevent+jwt", "alg": "RS256", "kid": "k"}
        text = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims)).encode()
        return text + b"." + _b64(self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())).encode()


def run(folder: Path, rounds: int) -> dict[str, Any]:
    """`rounds` disables, one after the other, each of an actor that is permitted something before."""
    data = folder / "data"
    data.mkdir()
    with issuing() as issuer, running_server(data, free_port()) as server:
        push, ask = prepare(server, issuer, rounds)
        times = [_disable(server, issuer, push, ask, f"unit-{number}") for number in range(rounds)]
    return _report(folder, data, times)


def prepare(server: Server, issuer: Issuer, rounds: int) -> tuple[str, str]:
    """Actors and the bridge; returns the token to push with and that of a point."""
    actor = {"kind": "Actor", "type": "workload", "owner": "ops", "purpose": "Reads", "state": "active"}
    documents = [json.dumps({**actor, "id": f"unit-{number}", "contract": "runner"}) for number in range(rounds)]
    bridge = {"kind": "Bridge", "id": BRIDGE, "type": "ssf", "issuer": issuer.url, "audience": AUDIENCE}
    text = "\n---\n".join([SITE, *documents, json.dumps(bridge)])
    server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": text}]})
    push = str(server.client.post("/v1/bridge-tokens", {"name": BRIDGE})["token"])
    deadline = time.monotonic() + WAIT_S
    while _push(server, push, issuer.token("nobody")) != 202:
        if time.monotonic() > deadline:
            raise Unavailable("bench", "The bridge takes no signals.")
        time.sleep(POLL_S)
    return push, str(server.client.post("/v1/point-tokens", {"name": "bench"})["token"])


def _disable(server: Server, issuer: Issuer, push: str, ask: str, actor: str) -> dict[str, Any]:
    if not _permits(server, ask, actor):
        raise Unavailable("bench", f"{actor} is not permitted anything before it is disabled.")
    raw, sent = issuer.token(actor), time.time_ns() // 1000
    status = _push(server, push, raw)
    answered = time.time_ns() // 1000
    if status != 202:
        raise Unavailable("bench", f"A push was answered with {status}.")
    return {"actor": actor, "sent": sent, "answered": answered, "late": _permits(server, ask, actor)}


def _report(folder: Path, data: Path, times: list[dict[str, Any]]) -> dict[str, Any]:
    records = (json.loads(entry.raw) for entry in reader(data).read())
    stops = [each for each in records if each["kind"] == "state" and "cut_off" in each]
    in_force = {actor["id"]: parse_rfc3339(each["cut_off"]) or 0 for each in stops for actor in each["actors"]}
    floor = sync_floor(folder)
    answered = _spread([(each["answered"] - each["sent"]) / 1000 for each in times])
    return {
        "rounds": len(times),
        "in_force": _spread([(in_force[each["actor"]] - each["sent"]) / 1000 for each in times]),
        "answered": answered,
        "sync_floor": floor,
        "permitted_after": sum(each["late"] for each in times),
    }


def _push(server: Server, token: str, raw: bytes) -> int:
    headers = {"Content-Type": "application/secevent+jwt", "Authorization": f"Bearer {token}"}
    return _post(server, f"/ssf/push/{BRIDGE}", raw, headers)[0]


def _permits(server: Server, token: str, actor: str) -> bool:
    question = {"subject": {"type": "actor", "id": actor}, "action": {"name": "read"}}
    body = json.dumps({**question, "resource": {"type": "app", "id": "r1"}}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return bool(json.loads(_post(server, "/access/v1/evaluation", body, headers)[1])["decision"])


def _post(server: Server, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT_S)
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@contextmanager
def issuing() -> Iterator[Issuer]:
    """One that answers on a loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = json.dumps(issuer.document(self.path)).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: Any) -> None:
            """Nothing between the figures."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        issuer = Issuer(web.server_address[1])
        thread = threading.Thread(target=web.serve_forever, daemon=True)
        thread.start()
        yield issuer
        web.shutdown()
        thread.join()


def _bytes(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    p50, p99 = (ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.99))
    return {"p50_ms": round(p50, 2), "p99_ms": round(p99, 2), "max_ms": round(ordered[-1], 2)}
