"""Against a real HTTP server that judges with the real flow."""

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nameplate.domain.actors import Actor, ActorType, BoundKey, Standing, Unit
from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable
from nameplate.domain.presence import key_handle
from nameplate.entry.robot import Robot
from nameplate.entry.robot.enrolment import PATH
from nameplate.flows.enrol import Claim, Records, code_hash, redeem
from nameplate.keys.p256 import P256Agreement

CODE = "A" * 26
AMR = Actor("amr-17", ActorType.ROBOT, "clinic", Unit("Acme", "T3", "T3-00417"))


class Offer(NamedTuple):
    actor: str = "amr-17"
    expires_at: int = 1


class Counterpart:
    """The server's side. `reply` overrides what it says."""

    def __init__(self) -> None:
        self.offers = {code_hash(CODE): Offer()}
        self.keys: dict[str, BoundKey] = {}
        self.reply: tuple[int, bytes] | None = None
        self.asked: list[tuple[str, Any]] = []

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        asked = json.loads(body)
        self.asked.append((path, asked))
        if self.reply is not None:
            return self.reply
        try:
            return 201, json.dumps(self._bind(asked)).encode()
        except NameplateError as error:
            status = {Refused: 403, Conflict: 409}[type(error)]
            return status, json.dumps({"type": error.code, "detail": str(error)}).encode()

    def _bind(self, asked: dict[str, str]) -> dict[str, str]:
        records = Records(self.offers.get, {"amr-17": AMR}.get, {"amr-17": Standing()}.get, self.keys.get)
        public, signature = bytes.fromhex(asked["public_key"]), bytes.fromhex(asked["signature"])
        bound = redeem(records, P256Agreement(), Claim(asked["code"], asked["serial"], public, signature), 0)
        self.offers.clear()
        self.keys[bound.handle] = BoundKey(bound.handle, bound.public, bound.actor, 0)
        return {"actor": bound.actor, "site": AMR.site, "key_handle": bound.handle}


@contextmanager
def serving(counterpart: Counterpart, context: ssl.SSLContext | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = counterpart.answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(HTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that trusts nobody hangs up: nothing to print."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def counterpart():
    return Counterpart()


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def test_a_unit_enrols_and_keeps_its_key(counterpart, state):
    with serving(counterpart) as url:
        robot = Robot.enrol(url + "/", f" {CODE}\n", state, "T3-00417")
    [handle] = counterpart.keys
    assert robot.identity == ("amr-17", "clinic", "T3-00417", handle)
    assert Robot.load(state).identity == robot.identity
    [(path, asked)] = counterpart.asked
    assert (path, set(asked)) == (PATH, {"code", "serial", "public_key", "signature"})


def test_a_refused_unit_keeps_the_key_it_had(counterpart, state):
    with serving(counterpart) as url:
        before = Robot.enrol(url, CODE, state, "T3-00417").identity
        with pytest.raises(Refused, match="unknown, used or expired") as caught:
            Robot.enrol(url, CODE, state, "T3-00417")
    assert CODE not in str(caught.value)
    assert Robot.load(state).identity == before


def test_another_serial_number_leaves_nothing_behind(counterpart, state):
    with serving(counterpart) as url, pytest.raises(Refused, match="serial"):
        Robot.enrol(url, CODE, state, "T3-00418")
    with pytest.raises(NotFound):
        Robot.load(state)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, Unavailable),
        (400, Invalid),
        (403, Refused),
        (404, NotFound),
        (409, Conflict),
        (422, Invalid),
        (500, Unavailable),
        (503, Unavailable),
        (204, Unavailable),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 5000, b'{"detail": "\\u001b[2Jno"}', b'{"detail": 1}'])
def test_any_other_status_is_an_error_in_printable_words(counterpart, state, status, error, body):
    counterpart.reply = (status, body)
    with serving(counterpart) as url, pytest.raises(error) as caught:
        Robot.enrol(url, CODE, state, "T3-00417")
    assert str(caught.value).isprintable()
    assert not (state / "key.pem").exists()


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b'{"actor": 1}', b'{"actor":"a","site":"s"}', b"{" * 90_000])
def test_an_unreadable_acceptance_is_invalid(counterpart, state, body):
    counterpart.reply = (201, body)
    with serving(counterpart) as url, pytest.raises(Invalid, match="cannot be read"):
        Robot.enrol(url, CODE, state, "T3-00417")


def test_a_server_that_binds_another_key_is_not_believed(counterpart, state):
    other = key_handle(b"\x02" + bytes(32))
    counterpart.reply = (201, json.dumps({"actor": "amr-1", "site": "clinic", "key_handle": other}).encode())
    with serving(counterpart) as url, pytest.raises(Conflict, match="another key"):
        Robot.enrol(url, CODE, state, "T3-00417")
    assert not (state / "key.pem").exists()


@pytest.mark.parametrize(
    "server",
    [
        "http://nameplate.example",
        "http://10.0.0.1:8470",
        "http://127.0.0.1.example",
        "ftp://localhost",
        "localhost:8470",
        "",
        "https://",
        "https://user:word@localhost",
        "http://localhost:port",
        "http://localhost?x=1",
        "http://[::1",
        "https://:word@localhost",
        "http://localhost:0",
    ],
)
def test_a_code_never_travels_in_the_clear_nor_to_an_odd_address(state, server):
    with pytest.raises(Invalid) as caught:
        Robot.enrol(server, CODE, state, "T3-00417")
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("server", ["https://a..b", "http://localhost/a b"])
def test_an_address_that_cannot_be_asked_is_unavailable(state, server):
    with pytest.raises(Unavailable):
        Robot.enrol(server, CODE, state, "T3-00417")


def test_a_server_that_is_not_there_is_unavailable(counterpart, state):
    with serving(counterpart) as url:
        pass
    with pytest.raises(Unavailable):
        Robot.enrol(url, CODE, state, "T3-00417")


def test_a_folder_that_cannot_keep_a_key_costs_no_code(counterpart, state):
    state.write_bytes(b"")
    with serving(counterpart) as url, pytest.raises(Unavailable, match="cannot be written"):
        Robot.enrol(url, CODE, state, "T3-00417")
    assert counterpart.asked == []


@pytest.fixture
def certificate(tmp_path):
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(hours=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = builder.add_extension(address, critical=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = tmp_path / "server.pem"
    path.write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


def tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_is_trusted_is_accepted(counterpart, state, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(counterpart, tls(certificate)) as url:
        assert Robot.enrol(url, CODE, state, "T3-00417").identity.actor == "amr-17"


def test_a_certificate_that_is_not_trusted_gets_no_code(counterpart, state, certificate):
    with serving(counterpart, tls(certificate)) as url, pytest.raises(Unavailable, match="not trusted"):
        Robot.enrol(url, CODE, state, "T3-00417")
    assert counterpart.asked == []
