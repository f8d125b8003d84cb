"""The public listener: the hot paths here, everything else passed on to `manage`. Exchanges, and bare ASGI."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog

from nameplate.domain.errors import NameplateError
from nameplate.domain.traces import read_trace

from .exchange import Answering
from .pages import problem_page, wants_page
from .replies import (
    Headers,
    HttpError,
    Problem,
    Receive,
    Reply,
    Scope,
    Send,
    problem_of,
    problem_reply,
    read_body,
    reply,
    reply_problem,
)

Route = Callable[[Scope, Receive, Send], Awaitable[None]]
Gate = Callable[[Route, Scope, Receive, Send], Awaitable[None]]
FAILED = Problem("urn:nameplate:problem:internal", "internal", 500, "The request failed.", "See the log of the server.")
log = structlog.get_logger()


class App:
    """Dispatches on method and path, which may name parts, as in `/v1/doors/{door}/open`. `forward` takes the rest.

    `gate` says whether a route is taken. `questions` do not pass it: each asks for the token of a point itself.

    `questions` are POSTed paths that are answered without a task where the connection allows it: see `exchanges`.
    """

    def __init__(
        self,
        routes: Mapping[tuple[str, str], Route],
        forward: Route,
        questions: Mapping[str, Answering],
        gate: Gate | None = None,
    ) -> None:
        safe = {path: _never_raising(path, answering) for path, answering in questions.items()}
        self.exchanges = {(b"POST", path.encode()): answering for path, answering in safe.items()}
        self.routes = {**routes, **{("POST", path): _as_route(answering) for path, answering in safe.items()}}
        self._forward, self._gate = forward, gate or _ungated
        self._patterns = [(method, _pattern(path), route) for (method, path), route in self.routes.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3."""
        if scope["type"] != "http":
            return
        try:
            await self._gate(self._route(scope), scope, receive, send)
        except HttpError as error:
            await _tell(scope, send, error.problem, error.headers)
        except Exception as error:  # noqa: BLE001 - whatever fails inside, the caller gets an answer and no permit
            await _tell(scope, send, _problem(error, scope["path"], scope["headers"]), [])

    async def perform(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that has passed the gate; raises what its route raises."""
        await self._route(scope)(scope, receive, send)

    def problem(self, error: Exception, scope: Scope) -> Problem:
        """What is answered where a route has raised that."""
        return _problem(error, scope["path"], scope["headers"])

    def _route(self, scope: Scope) -> Route:
        return self.routes.get((scope["method"], scope["path"])) or self._named(scope)

    def _named(self, scope: Scope) -> Route:
        meant = {method: route for method, pattern, route in self._patterns if pattern.fullmatch(scope["path"])}
        if meant and scope["method"] not in meant:
            raise WrongMethod(scope, meant)
        return meant.get(scope["method"], self._forward)


async def _tell(scope: Scope, send: Send, problem: Problem, headers: Headers) -> None:
    """A problem document, or a page where a person looks."""
    more = [*headers, *request_id(scope["headers"])]
    if not wants_page(scope):
        await reply_problem(send, problem, more)
        return
    status, body, own = problem_page(problem)
    await reply(send, status, body, [*own, *more])


async def _ungated(route: Route, scope: Scope, receive: Receive, send: Send) -> None:
    """Where there is no gate, each route looks at its caller itself."""
    await route(scope, receive, send)


class WrongMethod(HttpError):
    """The path is right. `allowed`: what it answers (RFC 9110, section 10.2.1)."""

    def __init__(self, scope: Scope, allowed: Iterable[str]) -> None:
        message = f"{scope['path']} does not answer {scope['method']}."
        super().__init__(405, "method", message, "See /v1/openapi.json.")
        self.headers = [(b"allow", ", ".join(sorted(allowed)).encode())]


def _pattern(path: str) -> re.Pattern[str]:
    """Each named part is anything but a slash."""
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{[a-z_]+\}", path))))


def _never_raising(path: str, answering: Answering) -> Answering:
    def answer(headers: Headers, body: bytes, reply: Reply) -> None:
        try:
            answering(headers, body, reply)
        except Exception as error:  # noqa: BLE001 - as for any other request
            reply(*problem_reply(_problem(error, path, headers), request_id(headers)))

    return answer


def _as_route(answering: Answering) -> Route:
    """The same answer to requests that are not plain: long bodies, bodies in chunks, pipelined ones."""

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        answered: asyncio.Future[tuple[int, bytes, Headers]] = asyncio.get_running_loop().create_future()
        answering(scope["headers"], await read_body(receive), lambda *answer: answered.set_result(answer))
        await reply(send, *await answered)

    return route


def _problem(error: Exception, path: str, headers: Headers) -> Problem:
    if isinstance(error, HttpError):
        return error.problem
    if isinstance(error, NameplateError):
        return problem_of(error)
    asked = dict(request_id(headers)).get(b"x-request-id", b"").decode("ascii")
    trace = read_trace(dict(headers).get(b"traceparent", b"")).id
    log.error("request failed", path=path, request_id=asked, exc_info=error, **({"trace_id": trace} if trace else {}))
    return FAILED


def request_id(headers: Headers) -> Headers:
    """`X-Request-ID` of a request, ready to be sent back; nothing where there is none or it is unfit for a header."""
    for key, value in headers:
        if key == b"x-request-id":
            fit = len(value) <= 128 and value.isascii() and value.decode("ascii").isprintable()
            return [(b"x-request-id", value)] if fit else []
    return []
