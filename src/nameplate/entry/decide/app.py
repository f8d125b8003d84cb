"""The public listener: the hot paths here, everything else passed on to `manage`. Bare ASGI."""

import re
from collections.abc import Awaitable, Callable, Mapping

import structlog

from nameplate.domain.errors import NameplateError

from .replies import HttpError, Problem, Receive, Scope, Send, problem_of, reply_problem

Route = Callable[[Scope, Receive, Send], Awaitable[None]]
FAILED = Problem("urn:nameplate:problem:internal", "internal", 500, "The request failed.", "See the log of the server.")
log = structlog.get_logger()


class App:
    """Dispatches on method and path; `patterns` for the few paths that name something. `forward` takes the rest."""

    def __init__(
        self, routes: Mapping[tuple[str, str], Route], patterns: Mapping[tuple[str, str], Route], forward: Route
    ) -> None:
        self._routes, self._forward = dict(routes), forward
        self._paths = {path for _, path in self._routes}
        self._patterns = [(method, re.compile(pattern), route) for (method, pattern), route in patterns.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3."""
        if scope["type"] != "http":
            return
        route = self._routes.get((scope["method"], scope["path"])) or self._named(scope)
        try:
            await route(scope, receive, send)
        except HttpError as error:
            await reply_problem(send, error.problem, request_id(scope))
        except NameplateError as error:
            await reply_problem(send, problem_of(error), request_id(scope))
        except Exception:  # whatever fails inside, the caller gets an answer and it is not a permit
            log.exception("request failed", path=scope["path"])
            await reply_problem(send, FAILED, request_id(scope))

    def _named(self, scope: Scope) -> Route:
        for method, pattern, route in self._patterns:
            if method == scope["method"] and pattern.fullmatch(scope["path"]):
                return route
        return _wrong_method if scope["path"] in self._paths else self._forward


async def _wrong_method(scope: Scope, receive: Receive, send: Send) -> None:
    raise HttpError(
        405, "method", f"{scope['path']} does not answer {scope['method']}.", "See the reference of the API."
    )


def request_id(scope: Scope) -> list[tuple[bytes, bytes]]:
    """`X-Request-ID` of the request, ready to be sent back; nothing where there is none or it is unfit for a header."""
    for key, value in scope["headers"]:
        if key == b"x-request-id":
            return [(b"x-request-id", value)] if len(value) <= 128 and value.isascii() else []
    return []
