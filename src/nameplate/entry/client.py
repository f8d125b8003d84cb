"""Talking to the server: over the control socket of its data directory, or to `--server URL`."""

import http.client
import json
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable

TIMEOUT_S = 60.0
_FAMILIES: dict[int, type[NameplateError]] = {
    400: Invalid,
    401: Refused,
    403: Refused,
    404: NotFound,
    409: Conflict,
    502: Unavailable,
    503: Unavailable,
}


class Faults(Invalid):
    """A request with faults, each with its place: `file`, `line`, `field`, `message`, `remedy`."""

    def __init__(self, error: NameplateError, problems: list[dict[str, Any]]) -> None:
        super().__init__(error.code, error.message, error.remedy)
        self.problems = problems


class Proposed(Refused):
    """Nothing has happened: it waits until persons approve it. `document`: the proposal, as it was answered."""

    def __init__(self, document: dict[str, Any]) -> None:
        roles, ident = ", ".join(document["roles"]), document["proposal"]
        message = f"Proposed as {ident}; nothing has happened yet. It takes {document['needed']} of: {roles}."
        remedy = f"Approve it at {document['approve']}, then take the answer: nameplate proposal answer {ident}"
        super().__init__("proposed", message, remedy)
        self.document = document


class Client:
    """One server. `data` is its data directory, `server` a URL that wins over it.

    `token`: of a session there; `ca`: certificates to trust (PEM) in the place of the system's.
    """

    def __init__(self, data: Path, server: str = "", ca: Path | None = None, token: str = "") -> None:
        self._data, self._server, self._ca = data, server, ca
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> Any:
        """The JSON document at `path`."""
        return self._json("GET", path, None)

    def post(self, path: str, body: Any) -> Any:
        """The JSON answer to `body`."""
        return self._json("POST", path, body)

    def lines(self, path: str) -> Iterator[str]:
        """The lines of a streamed answer."""
        connection, response = self._open("GET", path, None)
        try:
            for line in response:
                yield line.decode()
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None
        finally:
            connection.close()

    def _json(self, method: str, path: str, body: Any) -> Any:
        connection, response = self._open(method, path, body)
        try:
            return json.loads(response.read() or b"null")
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None
        finally:
            connection.close()

    def _open(self, method: str, path: str, body: Any) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = self._connection()
        try:
            return connection, _response(connection, method, path, body, self._headers)
        except BaseException as error:
            connection.close()
            if isinstance(error, OSError | http.client.HTTPException):
                raise self._unreachable(error) from None
            raise

    def _unreachable(self, error: Exception) -> NameplateError:
        where = self._server or str(self._data / "control.sock")
        if isinstance(error, PermissionError):
            return Refused("forbidden", f"You may not use {where}.", "Run as the user of the server.")
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        message = f"No server answers at {where} ({why})."
        return Unavailable(
            "unreachable", message, "Start it with `nameplate serve --data DIR`, or name its DIR with --data."
        )

    def _connection(self) -> http.client.HTTPConnection:
        if not self._server:
            return _SocketConnection(self._data / "control.sock")
        url = urlsplit(self._server)
        if url.scheme == "https":
            context = trust(self._ca)
            return http.client.HTTPSConnection(url.hostname or "", url.port, timeout=TIMEOUT_S, context=context)
        return http.client.HTTPConnection(url.hostname or "", url.port, timeout=TIMEOUT_S)


def trust(ca: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer to servers whose name and certificate hold: by the file `ca` (PEM), or as the system trusts.

    Raises Invalid for a file without certificates.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror if isinstance(error, FileNotFoundError) else "there is no certificate in it"
        raise Invalid(
            "ca", f"{ca} cannot be used: {why}.", "Give the file that `nameplate tls show --out` wrote."
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(str(self._path))


def _response(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any, more: dict[str, str]
) -> http.client.HTTPResponse:
    headers = more | ({"content-type": "application/json"} if body is not None else {})
    # A refusal may come before the body has been taken whole; it says more than the broken pipe.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
    response = connection.getresponse()
    if response.status >= 400:
        raise _error(response)
    if response.status == 202:
        raise Proposed(json.loads(response.read()))
    return response


def _error(response: http.client.HTTPResponse) -> NameplateError:
    try:
        problem = json.loads(response.read())
    except ValueError:
        problem = {}
    code = str(problem.get("type", "")).rpartition(":")[2] or f"http_{response.status}"
    family = _FAMILIES.get(response.status, NameplateError)
    error = family(code, problem.get("detail") or response.reason, problem.get("remedy", ""))
    return Faults(error, problem["errors"]) if problem.get("errors") else error


def client(data: Path | None, server: str = "", token: str = "") -> Client:
    """The server that is meant: `--data`, else NAMEPLATE_DATA, else `nameplate-data` here."""
    ca = os.environ.get("NAMEPLATE_CA")
    folder = data or Path(os.environ.get("NAMEPLATE_DATA", "nameplate-data"))
    return Client(folder, server, Path(ca) if server and ca else None, token)
