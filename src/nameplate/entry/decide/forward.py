"""Passing a request on to `manage` over its Unix socket, and its answer back. HTTP/1.1 by h11."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import h11

from nameplate.domain.acts import act_of

from .callers import COOKIE
from .local import caller_name, local_caller
from .replies import Headers, HttpError, Receive, Scope, Send, header

CHUNK = 65_536
TIMEOUT_S = 120.0
MAX_BODY = 256 * 1024 * 1024
CALLER_HEADER, SEQ_HEADER, BASE_HEADER = b"x-nameplate-caller", b"x-nameplate-seq", b"x-nameplate-base"
_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"host",
        b"expect",
        CALLER_HEADER,
        SEQ_HEADER,
        BASE_HEADER,
    }
)


def _nobody(_scope: Scope) -> str:
    return ""


class Forward:
    """A route for all that is not hot. `manage` believes only the headers that this sets.

    `newest`: the last record; `manage` answers with nothing older. `bridge`: whose token a request bears.
    """

    def __init__(self, socket_path: Path, newest: Callable[[], int], bridge: Callable[[Scope], str] = _nobody) -> None:
        self._path, self._newest, self._bridge = socket_path, newest, bridge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request. Nothing below `/v1/` is for strangers, so none of their bytes get there."""
        if scope["path"].startswith("/v1/") and not act_of(scope["method"], scope["path"]).open:
            local_caller(scope)
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._path))
        except OSError:
            raise HttpError(
                503, "manage_unavailable", "The managing process is not there.", "It is being restarted: try again."
            ) from None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                connection = h11.Connection(h11.CLIENT)
                told = [
                    (CALLER_HEADER, self._caller(scope).encode()),
                    (SEQ_HEADER, str(self._newest()).encode()),
                    (BASE_HEADER, _base(scope)),
                ]
                await _send_request(connection, writer, scope, receive, told)
                await _pass_answer(connection, reader, send)
        except h11.LocalProtocolError as error:
            raise HttpError(400, "malformed", f"The request cannot be passed on: {error}.") from None
        except (h11.RemoteProtocolError, ConnectionError, TimeoutError):
            raise HttpError(
                502, "manage_failed", "The managing process did not answer properly.", "See its log."
            ) from None
        finally:
            writer.close()

    def _caller(self, scope: Scope) -> str:
        bridge = self._bridge(scope)
        return f"bridge:{bridge}" if bridge else caller_name(scope)


def _base(scope: Scope) -> bytes:
    """The scheme and the authority under which the client has called us: what it is told of lies there."""
    return str(scope["scheme"]).encode() + b"://" + (header(scope, b"host") or b"localhost")


def _without_session(headers: Headers) -> Headers:
    """Who is signed in is known by then: the token itself goes no further."""
    kept = []
    for name, value in headers:
        if name == b"authorization" and value[:11].lower() == b"bearer nps_":
            continue
        if name == b"cookie":
            others = [each for each in value.split(b";") if not each.strip().startswith(COOKIE.encode() + b"=")]
            if others:
                kept.append((name, b";".join(others)))
            continue
        kept.append((name, value))
    return kept


async def _send_request(
    connection: h11.Connection, writer: asyncio.StreamWriter, scope: Scope, receive: Receive, told: Headers
) -> None:
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    asked = _without_session(scope["headers"])
    headers = [(name, value) for name, value in asked if name not in _HOP and name != b"content-length"]
    headers += [(b"host", b"manage"), (b"transfer-encoding", b"chunked"), *told]
    writer.write(connection.send(h11.Request(method=scope["method"], target=target, headers=headers)) or b"")
    more, size = True, 0
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise HttpError(413, "too_large", f"A body may have {MAX_BODY} bytes.", "Apply fewer manifests at a time.")
        writer.write(connection.send(h11.Data(data=message.get("body", b""))) or b"")
        await writer.drain()
        more = message.get("more_body", False)
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()


async def _pass_answer(connection: h11.Connection, reader: asyncio.StreamReader, send: Send) -> None:
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(CHUNK))
        elif isinstance(event, h11.Response):
            headers = [(name, value) for name, value in event.headers if name not in _HOP]
            await send({"type": "http.response.start", "status": event.status_code, "headers": headers})
        elif isinstance(event, h11.Data):
            await send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
        elif isinstance(event, h11.EndOfMessage):
            await send({"type": "http.response.body", "body": b""})
            return
        else:
            raise ConnectionResetError
