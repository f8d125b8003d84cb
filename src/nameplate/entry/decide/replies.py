"""ASGI requests and replies, without a framework: the hot paths carry nothing that they do not need."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable

T = TypeVar("T")
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Reply = Callable[[int, bytes, Headers], None]
"""Takes an answer: status, body, headers."""

MAX_BODY = 1024 * 1024
BODY_S = 30
JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")

encode = msgspec.json.Encoder().encode
_STATUS: tuple[tuple[type[NameplateError], int], ...] = (
    (Invalid, 400),
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 403),
    (Unavailable, 503),
)


class Problem(msgspec.Struct, omit_defaults=True):
    """A problem document (RFC 9457). `type` is stable, `remedy` says what to do next."""

    type: str
    title: str
    status: int
    detail: str = ""
    remedy: str = ""


TOO_SLOW = Problem(
    "urn:nameplate:problem:too_slow", "too slow", 408, f"A body must arrive within {BODY_S} s.", "Send it again."
)


class HttpError(Exception):
    """An answer other than the one that was hoped for. `headers`: what goes along with it."""

    headers: Headers = []  # noqa: RUF012 - replaced, never changed

    def __init__(self, status: int, code: str, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.problem = Problem(f"urn:nameplate:problem:{code}", code.replace("_", " "), status, detail, remedy)

    @classmethod
    def of(cls, problem: Problem) -> "HttpError":
        """The error whose answer is `problem`."""
        return cls(problem.status, problem.type.rpartition(":")[2], problem.detail, problem.remedy)


async def read_body(receive: Receive) -> bytes:
    """The whole body; raises HttpError: 413 over the limit, 408 when it does not come, 400 for half of one."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        try:
            async with asyncio.timeout(BODY_S):
                body, message = await _rest(receive, body)
        except TimeoutError:
            raise HttpError.of(TOO_SLOW) from None
    if message["type"] == "http.disconnect":
        raise HttpError(400, "incomplete", "The request ended before its body did.", "Send it again.")
    if len(body) > MAX_BODY:
        raise HttpError(413, "too_large", f"A body may have {MAX_BODY} bytes.", "Split it into several requests.")
    return body


async def _rest(receive: Receive, begun: bytes) -> tuple[bytes, Mapping[str, Any]]:
    """The body, or a little more of it than is allowed, and the last message."""
    pieces, size, more = [begun], len(begun), True
    message: Mapping[str, Any] = {}
    while more and size <= MAX_BODY:
        message = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        more = message.get("more_body", False)
    return b"".join(pieces), message


async def read_json(receive: Receive, kind: type[T]) -> T:
    """The body as `kind`; raises HttpError 400."""
    try:
        return msgspec.json.decode(await read_body(receive), type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise HttpError(400, "malformed", f"The body cannot be read: {error}.") from None


async def reply(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """One whole answer."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def reply_json(send: Send, value: Any, status: int = 200, headers: Headers | None = None) -> None:
    """One whole answer in JSON."""
    await reply(send, status, encode(value), [JSON, *(headers or [])])


async def reply_problem(send: Send, problem: Problem, headers: Headers | None = None) -> None:
    """A problem document."""
    await reply(send, *problem_reply(problem, headers))


def problem_reply(problem: Problem, headers: Headers | None = None) -> tuple[int, bytes, Headers]:
    """The answer that a problem document is: status, body, headers."""
    more = headers or []
    asked = any(name == b"www-authenticate" for name, _ in more)
    challenge: Headers = [(b"www-authenticate", b"Bearer")] if problem.status == 401 and not asked else []
    return problem.status, encode(problem), [PROBLEM, *challenge, *more]


def problem_of(error: NameplateError) -> Problem:
    """The problem document for one of our errors."""
    title = error.code.replace("_", " ")
    return Problem(f"urn:nameplate:problem:{error.code}", title, status_of(error), error.message, error.remedy)


def status_of(error: NameplateError) -> int:
    """The HTTP status for one of our errors."""
    return next((status for family, status in _STATUS if isinstance(error, family)), 500)


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of that lower-case name, empty if there is none."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""
