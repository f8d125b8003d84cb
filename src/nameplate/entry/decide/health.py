"""`/healthz`, `/readyz` and `/metrics`."""

import asyncio
import hmac
import ipaddress
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from nameplate.domain.errors import NotFound, Unavailable
from nameplate.domain.figures import gauge, told
from nameplate.entry.operations import Answer, Who, operation
from nameplate.ports.journal import Journal

from .figures import Figures
from .replies import HttpError, Receive, Scope, Send, header, reply, reply_json

CREDENTIAL = "metrics"
"""The credential in the key store that opens `/metrics` to callers from other machines, as a bearer token."""
SCRAPE_S = 2.0
MAX_SCRAPE = 1024 * 1024
_TEXT = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")


class HealthOut(msgspec.Struct):
    """`ok`, or what is wrong."""

    status: str


class Health:
    """Whether this process lives, can decide, and how it is doing. `manage`: where to ask the managing process."""

    def __init__(self, journal: Journal, figures: Figures, credential: Callable[[str], bytes], manage: Path) -> None:
        self._journal, self._figures, self._credential, self._manage = journal, figures, credential, manage

    @operation("GET /healthz", Who.EVERYBODY, Answer(HealthOut))
    async def healthz(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The process answers."""
        await reply_json(send, HealthOut("ok"))

    @operation("POST /healthz", Who.EVERYBODY, Answer(None, 204))
    async def empty(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An empty answer to an empty POST: the floor that benchmarks compare with."""
        await reply(send, 204, b"", [])

    @operation("GET /readyz", Who.EVERYBODY, Answer(HealthOut, problems=(503,)))
    async def readyz(self, scope: Scope, receive: Receive, send: Send) -> None:
        """It can decide: what it decides can be recorded."""
        if not self._journal.healthy:
            raise Unavailable("journal", "The journal cannot be written.", "See the log of the server.")
        await reply_json(send, HealthOut("ok"))

    @operation("GET /metrics", Who.EVERYBODY, Answer(None, media=("text/plain",), problems=(401,)))
    async def metrics(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Prometheus text format: our own figures, and those of `manage` while it answers."""
        self._require_reader(scope)
        theirs = await scrape(self._manage)
        up = gauge("nameplate_manage_up", "1 while the managing process answers.", int(theirs is not None))
        text = told([*self._figures.families(), up]).encode()
        await reply(send, 200, text + (theirs or b""), [_TEXT])

    def _require_reader(self, scope: Scope) -> None:
        """Anybody on this machine; from elsewhere who shows the token. Reasons and names of sinks are not for all."""
        if _is_local(scope):
            return
        scheme, _, token = header(scope, b"authorization").partition(b" ")
        expected = b""
        with suppress(NotFound):
            expected = self._credential(CREDENTIAL)
        if not expected or scheme.lower() != b"bearer" or not hmac.compare_digest(token.strip(), expected):
            remedy = f"Show the credential `{CREDENTIAL}` as a bearer token: nameplate key put {CREDENTIAL}"
            raise HttpError(401, "unauthenticated", "Figures are told to this machine, or against a token.", remedy)


def _is_local(scope: Scope) -> bool:
    client = scope.get("client")
    # The control socket has no addresses, and callers that the kernel has named.
    if not client:
        return "uid" in scope.get("state", {})
    with suppress(ValueError):
        return ipaddress.ip_address(client[0]).is_loopback
    return False


async def scrape(socket: Path) -> bytes | None:
    """What `manage` tells of itself; nothing when it does not answer in time."""
    try:
        async with asyncio.timeout(SCRAPE_S):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            try:
                writer.write(b"GET /metrics HTTP/1.0\r\nhost: manage\r\n\r\n")
                answer = await _all(reader)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    return body if b" 200 " in head.partition(b"\r\n")[0] else None


async def _all(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    while len(answer) < MAX_SCRAPE and (piece := await reader.read(MAX_SCRAPE)):
        answer += piece
    return answer
