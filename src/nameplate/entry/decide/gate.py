"""Who is let in at the public listener: so many at once, so many of one address, and a handshake in time."""

import asyncio
import ipaddress
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog

HANDSHAKE_S = 5.0
SHUTDOWN_S = 2.0
FULL_S = 0.1

log = structlog.get_logger()


class Gate:
    """Accepts on `sock`, up to `most` connections at once, and a quarter of them from one address beyond loopback.

    `make` builds the protocol of a connection; what it is given must be called when the connection has ended.
    `context` is asked for each connection, so that a new certificate counts for the next one.
    """

    def __init__(
        self,
        sock: socket.socket,
        make: Callable[[Callable[[], None]], asyncio.Protocol],
        context: Callable[[], ssl.SSLContext | None],
        most: int,
    ) -> None:
        self._sock, self._make, self._context, self._most = sock, make, context, most
        self._open: dict[object, str] = {}
        self._of: Counter[str] = Counter()
        self._greeting: set[asyncio.Task[None]] = set()
        self.refused = 0

    @property
    def connections(self) -> int:
        """How many are open, those included that are still shaking hands."""
        return len(self._open)

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    sock, address = await loop.sock_accept(self._sock)
                except OSError as error:  # mostly: no descriptor is left. It passes, and nobody else must suffer
                    log.warning("cannot accept a connection", why=error.strerror)
                    await asyncio.sleep(FULL_S)
                    continue
                self._let_in(sock, str(address[0]))
        finally:
            for task in self._greeting:
                task.cancel()

    def _let_in(self, sock: socket.socket, address: str) -> None:
        if len(self._open) >= self._most or (
            self._of[address] >= max(1, self._most // 4) and not ipaddress.ip_address(address).is_loopback
        ):
            self.refused += 1
            sock.close()
            return
        ticket = object()
        self._open[ticket] = address
        self._of[address] += 1
        task = asyncio.get_running_loop().create_task(self._greet(sock, ticket))
        self._greeting.add(task)
        task.add_done_callback(self._greeting.discard)

    async def _greet(self, sock: socket.socket, ticket: object) -> None:
        context, loop = self._context(), asyncio.get_running_loop()
        patience: dict[str, Any] = {}
        if context is not None:
            patience = {"ssl_handshake_timeout": HANDSHAKE_S, "ssl_shutdown_timeout": SHUTDOWN_S}
        try:
            await loop.connect_accepted_socket(
                lambda: self._make(lambda: self._left(ticket)), sock, ssl=context, **patience
            )
        except (OSError, asyncio.CancelledError):
            # No TLS, no protocol in common, too slow or gone. It never spoke to us: nothing is worth a line in a log.
            self._left(ticket)
            sock.close()

    def _left(self, ticket: object) -> None:
        address = self._open.pop(ticket, None)
        if address is not None:
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]
