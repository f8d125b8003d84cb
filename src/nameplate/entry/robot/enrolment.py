"""The enrolment call: POST /v1/enrolments."""

import http.client
import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import msgspec

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable
from nameplate.domain.networks import is_loopback
from nameplate.domain.presence import enrolment_text
from nameplate.entry.client import trust
from nameplate.ports.agreement import NewKey, UnitIdentity

PATH = "/v1/enrolments"
_SECONDS = 20.0
_MAX_REPLY = 65_536
_MAX_WORDS = 300
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


class Reply(msgspec.Struct):
    """What the server answers."""

    actor: str
    site: str
    key_handle: str


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""


class _Answer(NamedTuple):
    status: int
    body: bytes


_FAMILIES: dict[int, type[NameplateError]] = {400: Invalid, 403: Refused, 404: NotFound, 409: Conflict, 422: Invalid}


def enrol(server: str, code: str, serial: str, key: NewKey, ca: Path | None = None) -> UnitIdentity:
    """Bind `key` to the actor for which `code` was made. Raises Refused, Conflict, Invalid or Unavailable.

    `ca`: certificates to trust (PEM) in the place of the system's.
    """
    code = code.strip()
    signature = key.sign(enrolment_text(code, serial, key.public))
    message = {"code": code, "serial": serial, "public_key": key.public.hex(), "signature": signature.hex()}
    answer = _post(server, msgspec.json.encode(message), ca)
    if answer.status not in (200, 201):
        raise _refusal(answer)
    return _accepted(answer.body, serial)


def _post(server: str, body: bytes, ca: Path | None) -> _Answer:
    url = _parse(server)
    connection = _connect(url, ca)
    try:
        connection.request("POST", url.path.rstrip("/") + PATH, body, _HEADERS)
        response = connection.getresponse()
        return _Answer(response.status, response.read(_MAX_REPLY))
    except ssl.SSLCertVerificationError as error:
        message = f"The certificate of {server} is not trusted: {error.verify_message}."
        raise Unavailable("untrusted", message, "Give the authority of the site with --ca FILE.") from None
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        # The class alone: what the other side sent is not repeated.
        raise Unavailable("unreachable", f"{server} did not answer ({type(error).__name__}).", "Check it.") from None
    finally:
        connection.close()


def _parse(server: str) -> SplitResult:
    wrong = Invalid("server", "The server must be a URL such as https://nameplate.example:8470.")
    try:
        url = urlsplit(server)
        complete = bool(url.hostname) and url.port != 0
    except ValueError:
        raise wrong from None
    if not complete or url.username or url.password or url.query or url.fragment:
        raise wrong
    return url


def _connect(url: SplitResult, ca: Path | None) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "https":
        return http.client.HTTPSConnection(host, url.port, timeout=_SECONDS, context=trust(ca))
    if url.scheme == "http" and is_loopback(host):
        return http.client.HTTPConnection(host, url.port, timeout=_SECONDS)
    raise Invalid("server", f"{url.scheme or 'no'} scheme to {host}: a code never travels in the clear.", "Use https.")


def _accepted(body: bytes, serial: str) -> UnitIdentity:
    try:
        reply = msgspec.json.decode(body, type=Reply)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid("reply", "The server's answer cannot be read.", "Is this a Nameplate server?") from None
    return UnitIdentity(reply.actor, reply.site, serial, reply.key_handle)


def _refusal(answer: _Answer) -> NameplateError:
    try:
        problem = msgspec.json.decode(answer.body, type=_Problem)
    except (msgspec.DecodeError, RecursionError):
        problem = _Problem()
    words = (problem.detail or problem.title or f"The server answered {answer.status}.")[:_MAX_WORDS]
    family = _FAMILIES.get(answer.status, Unavailable)
    return family("enrolment", "".join(filter(str.isprintable, words)), "Ask for a new code if this one is spent.")
