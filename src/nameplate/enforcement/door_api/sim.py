"""An access system that is real but for its doors: HTTPS, a certificate of its own, and both documented calls."""

import datetime as dt
import json
import ssl
import tempfile
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class SimulatedAccessSystem:
    """Knows the doors `doors` and the key `key`. Use as a context manager. `unlocked`: the doors it opened, in order.

    `url`: where it answers; `ca`: its certificate in PEM. `mood`: `well`, `locked` (refuses), `lost` (redirects) or
    `silent` (answers too late).
    """

    def __init__(self, key: str, doors: tuple[str, ...]) -> None:
        self.key, self.doors, self.unlocked, self.mood = key, doors, list[str](), "well"
        self.patience = threading.Event()
        self.ca, private = _certificate()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "both.pem"
            file.touch(0o600)
            file.write_bytes(private + self.ca)
            context.load_cert_chain(file)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.patience.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, authorization: str) -> tuple[int, dict[str, Any]]:
        """What it answers to a call."""
        parts = path.strip("/").split("/")
        if method == "PUT" and parts[:4] == ["api", "v1", "developer", "doors"] and parts[5:] == ["unlock"]:
            return self._unifi(parts[4], authorization)
        if method == "POST" and parts[:1] == ["locks"] and parts[2:] == ["unlock"]:
            return self._kisi(parts[1], authorization)
        return 404, {"code": "CODE_NOT_EXISTS"}

    def _unifi(self, door: str, authorization: str) -> tuple[int, dict[str, Any]]:
        # It answers 200 in any case, and says in `code` what came of it.
        if authorization != f"Bearer {self.key}":
            return 200, {"code": "CODE_AUTH_FAILED", "msg": "Authentication failed.", "data": None}
        if door not in self.doors or self.mood == "locked":
            return 200, {"code": "CODE_OPERATION_FORBIDDEN", "msg": "failed", "data": None}
        self.unlocked.append(door)
        return 200, {"code": "SUCCESS", "data": "success", "msg": "success"}

    def _kisi(self, lock: str, authorization: str) -> tuple[int, dict[str, Any]]:
        if authorization != f"KISI-LOGIN {self.key}":
            return 401, {"error": "Unauthorized"}
        if lock not in self.doors or self.mood == "locked":
            return 403, {"error": "Forbidden"}
        self.unlocked.append(lock)
        return 200, {"message": "Unlocked!"}


def _handler(system: SimulatedAccessSystem) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer."""
            if system.mood == "silent":
                system.patience.wait(30)
            status, told = system.answer(self.command, self.path, self.headers.get("Authorization", ""))
            body = json.dumps(told).encode()
            self.send_response(307 if system.mood == "lost" else status)
            if system.mood == "lost":
                self.send_header("Location", f"{system.url}{self.path}?again")
            self.send_header("Content-Length", str(len(body)))
            with suppress(OSError):  # Whoever asked may have lost patience.
                self.end_headers()
                self.wfile.write(body)

        do_PUT = do_POST  # noqa: N815 - the name that the library looks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


def _certificate() -> tuple[bytes, bytes]:
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated access system")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return made.public_bytes(pem), key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
