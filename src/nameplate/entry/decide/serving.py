"""Two listeners, one app: the public one, and the control socket whose callers the kernel names."""

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nameplate.domain.errors import Unavailable
from nameplate.entry.listening import QuietServer

from .exchange import MAX_EXCHANGE, Exchange
from .gate import Gate

BACKLOG = 2048
MAX_HEAD = 320 * 1024
"""Of a request that is still in its head when so much has arrived, no more is read. One read brings up to 256 KiB."""


_MAX_DIGITS = len(str(MAX_EXCHANGE))
HEAD_S = 10.0
"""How long a head may take, from the connection or from its first byte."""
SWEEP_S = 1.0


class BoundedProtocol(HttpToolsProtocol):
    """HTTP whose heads are bounded, in bytes and in time: the parser alone would take any number and wait for ever.

    `waiting_since`: when we began to wait for the head of a request (seconds of the loop's clock); None while there is
    one, and between requests, where uvicorn's own timer runs.

    Plain requests to the exchanges of the app are answered without ASGI.
    """

    cycle: Any
    _in_head, _head = True, 0
    waiting_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self.waiting_since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Parse, and hang up on a head without end."""
        super().data_received(data)
        if isinstance(self.cycle, Exchange):
            self.cycle.expect_body()
        self._head = self._head + len(data) if self._in_head else 0
        if self._head > MAX_HEAD:
            self.send_400_response("The head of the request is too long.")
        elif self.waiting_since is None and getattr(self.cycle, "response_complete", True):
            # Not a whole head, and it has stopped the timer that runs between requests.
            self.waiting_since = self.loop.time()

    def hang_up_if_late(self, now: float) -> None:
        """End the connection when its head does not come."""
        if self.waiting_since is not None and now - self.waiting_since > HEAD_S:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head has ended."""
        self._in_head = False
        self.waiting_since = None
        answering = self.app.exchanges.get((self.parser.get_method(), self.url))
        if answering is None or not self._is_plain():
            super().on_headers_complete()
            return
        self.cycle = Exchange(self, answering)

    def _is_plain(self) -> bool:
        """A short body, on a connection that is free, of a client that reads what it is sent."""
        cycle, parser = self.cycle, self.parser
        if (cycle is not None and not cycle.response_complete) or self.flow.write_paused or self.expect_100_continue:
            return False
        length = dict(self.headers).get(b"content-length", b"")
        return (
            parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and len(length) <= _MAX_DIGITS
            and length.isdigit()
            and int(length) <= MAX_EXCHANGE
        )


class PublicProtocol(BoundedProtocol):
    """HTTP on the public listener, which `left` tells of its end."""

    def __init__(self, left: Callable[[], None], *args: Any) -> None:
        super().__init__(*args)
        self._left = left

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        self._left()
        super().connection_lost(exc)


class ControlProtocol(BoundedProtocol):
    """HTTP on the control socket. The uid of the caller goes into the state of each of its requests."""

    def connection_made(self, transport: Any) -> None:
        """Ask the kernel who calls (SO_PEERCRED, unix(7))."""
        super().connection_made(transport)
        descriptor = transport.get_extra_info("socket").fileno()
        with socket.socket(fileno=os.dup(descriptor)) as sock:
            credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.app_state = {**self.app_state, "uid": struct.unpack("3i", credentials)[1]}


class Listeners(QuietServer):
    """The two listeners. They close first when the server ends; what runs then is drained."""

    def __init__(
        self,
        config: uvicorn.Config,
        public: socket.socket,
        control: socket.socket,
        context: Callable[[], ssl.SSLContext | None],
        most: int,
    ) -> None:
        super().__init__(config)
        self._public, self._control = public, control
        self.gate = Gate(public, self._protocol, context, most)
        self._tasks: list[asyncio.Task[None]] = []

    def _protocol(self, left: Callable[[], None]) -> PublicProtocol:
        return PublicProtocol(left, self.config, self.server_state, {}, asyncio.get_running_loop())

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        # Before uvicorn says that it has started: from then on nobody may be refused.
        self._public.listen(BACKLOG)
        self._public.setblocking(False)
        await super().startup(sockets=[])
        loop = asyncio.get_running_loop()
        state = self.server_state
        make = lambda: ControlProtocol(self.config, state, {}, loop)  # noqa: E731
        self.servers.append(await loop.create_unix_server(make, sock=self._control))
        self._tasks = [loop.create_task(self.gate.run()), loop.create_task(self._sweep())]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, and drain."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._public.close()
        await super().shutdown(sockets)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            now = asyncio.get_running_loop().time()
            for protocol in [each for each in self.server_state.connections if isinstance(each, BoundedProtocol)]:
                protocol.hang_up_if_late(now)


def listeners(
    app: Any,
    public: socket.socket,
    control: socket.socket,
    context: Callable[[], ssl.SSLContext | None],
    most: int,
) -> Listeners:
    """Both, for one app: `serve` runs until SIGTERM or SIGINT. `most`: see `Gate`."""
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
    )
    return Listeners(config, public, control, context, most)


def bind_public(host: str, port: int) -> socket.socket:
    """The public socket, not yet accepting; raises Unavailable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        message = f"{host}:{port} cannot be listened on: {error.strerror}."
        raise Unavailable("listener", message, "End what uses it, or choose another --port.") from None
    return sock
