"""One question and its answer on a connection, without ASGI: no task, no messages, one write.

The access endpoints are asked all the time; a task for each of their requests costs more than the decision.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from .replies import BODY_S, JSON, TOO_SLOW, Headers, Reply, problem_reply

Answering = Callable[[Headers, bytes, Reply], None]
"""What answers: given the headers and the body, it calls the reply once, now or later. It never raises."""

MAX_EXCHANGE = 64 * 1024
"""Longest body of an exchange. Longer ones go the usual way, which can hold back whoever sends."""


class Exchange:
    """Stands where uvicorn's protocol keeps its request-response cycle, with the attributes that it touches there."""

    __slots__ = (
        "_answering",
        "_asked",
        "_headers",
        "_protocol",
        "_watched",
        "body",
        "disconnected",
        "keep_alive",
        "more_body",
        "response_complete",
    )

    def __init__(self, protocol: Any, answering: Answering) -> None:
        self._protocol, self._answering, self._headers = protocol, answering, protocol.headers
        self._asked = self._watched = self.response_complete = self.disconnected = False
        self.keep_alive = self.more_body = True
        self.body = b""

    @property
    def message_event(self) -> "Exchange":
        """What is set when something has come: a part of the body, its end, or the end of the connection."""
        return self

    def set(self) -> None:
        """Ask, once the whole body is there."""
        if not (self.more_body or self._asked or self.disconnected):
            self._asked = True
            self._answering(self._headers, self.body, self.reply)

    def reply(self, status: int, body: bytes, headers: Headers) -> None:
        """Answer; nothing where the client has left."""
        transport = self._protocol.transport
        if self.response_complete or self.disconnected or transport.is_closing():
            return
        self.response_complete = True
        transport.write(_head(status, len(body), headers, keep_alive=self.keep_alive) + body)
        if not self.keep_alive:
            transport.close()
        self._protocol.on_response_complete()

    def expect_body(self) -> None:
        """The body has not come with its head: it must within a time."""
        if self.more_body and not self._watched:
            self._watched = True
            self._protocol.loop.call_later(BODY_S, self._give_up)

    def _give_up(self) -> None:
        if self.more_body:
            self.keep_alive = False
            self.reply(*problem_reply(TOO_SLOW))


def _head(status: int, length: int, headers: Headers, *, keep_alive: bool) -> bytes:
    if status == 200 and keep_alive and headers == [JSON]:
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % length
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode()), b"content-length: %d" % length]
    lines += [b"%s: %s" % header for header in headers]
    lines += [] if keep_alive else [b"connection: close"]
    return b"\r\n".join([*lines, b"", b""])
