"""Two listeners, one app: the public one, and the control socket whose callers the kernel names."""

import asyncio
import os
import socket
import struct
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nameplate.domain.errors import Unavailable
from nameplate.entry.listening import QuietServer

from .exchange import MAX_EXCHANGE, Exchange

MAX_HEAD = 320 * 1024
"""Of a request that is still in its head when so much has arrived, no more is read. One read brings up to 256 KiB."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP whose heads are bounded: the parser alone would keep as many header bytes as anybody cares to send.

    Plain requests to the exchanges of the app are answered without ASGI.
    """

    cycle: Any
    _in_head, _head = True, 0

    def data_received(self, data: bytes) -> None:
        """Parse, and hang up on a head without end."""
        super().data_received(data)
        if isinstance(self.cycle, Exchange):
            self.cycle.expect_body()
        self._head = self._head + len(data) if self._in_head else 0
        if self._head > MAX_HEAD:
            self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head has ended."""
        self._in_head = False
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
            and len(length) <= len(str(MAX_EXCHANGE))
            and length.isdigit()
            and int(length) <= MAX_EXCHANGE
        )


class ControlProtocol(BoundedProtocol):
    """HTTP on the control socket. The uid of the caller goes into the state of each of its requests."""

    def connection_made(self, transport: Any) -> None:
        """Ask the kernel who calls (SO_PEERCRED, unix(7))."""
        super().connection_made(transport)
        descriptor = transport.get_extra_info("socket").fileno()
        with socket.socket(fileno=os.dup(descriptor)) as sock:
            credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.app_state = {**self.app_state, "uid": struct.unpack("3i", credentials)[1]}


async def serve_http(app: Any, public: socket.socket, control: socket.socket) -> None:
    """Until SIGTERM or SIGINT; connections are drained then."""
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
    server = QuietServer(config)
    config.load()
    loop = asyncio.get_running_loop()
    listener = await loop.create_unix_server(
        lambda: ControlProtocol(config, server.server_state, {}, loop), sock=control
    )
    try:
        await server.serve(sockets=[public])
    finally:
        listener.close()


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
