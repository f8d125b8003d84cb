"""Listeners for panels' feeds over TLS. They show what the public listener shows, and ask for certificates."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from nameplate.domain.errors import NameplateError
from nameplate.domain.feeds import Feed
from nameplate.domain.links import ServerPair
from nameplate.entry.decide.gate import Gate
from nameplate.entry.decide.tls import require_clients, server_context

LOOK_S, AGAIN_S = 2.0, 10.0
BACKLOG = 16
CONNECTIONS = 64
"""At one listener, those included that are still shaking hands; a quarter of them from one address."""

log = structlog.get_logger()
Make = Callable[[Callable[[], None]], asyncio.Protocol]


class FeedGates:
    """`pair` gives the server's certificate and key, which lie in `files`; `state` differs when files have changed."""

    def __init__(
        self,
        pair: Callable[[], Awaitable[ServerPair]],
        files: tuple[Path, ...],
        state: Callable[[Iterable[Path]], object],
    ) -> None:
        self._pair, self._files, self._state = pair, files, state

    async def open(self, feed: Feed, make: Make) -> Callable[[], None]:
        """Let peers in where the feed comes from; returns what ends it. Raises OSError, Invalid and Unavailable."""
        files = (*self._files, Path(_ca(feed)))
        seen = self._state(files)
        shown = _Shown(await self._context(feed))
        sock = _bind(feed.source)
        gate = Gate(sock, make, lambda: shown.context, CONNECTIONS)
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(gate.run()), loop.create_task(self._keep(shown, feed, files, seen))]

        def end() -> None:
            for task in tasks:
                task.cancel()
            sock.close()

        return end

    async def _keep(self, shown: "_Shown", feed: Feed, files: tuple[Path, ...], seen: object) -> None:
        """New files count for the next connection; where they cannot be used the former ones do."""
        while True:
            await asyncio.sleep(LOOK_S)
            if (now := self._state(files)) == seen:
                continue
            try:
                shown.context = await self._context(feed)
            except NameplateError as error:
                log.warning("new certificates of a panel's feed cannot be used", feed=feed.id, why=str(error))
                await asyncio.sleep(AGAIN_S)
            else:
                seen = now
                log.info("certificates of a panel's feed loaded", feed=feed.id)

    async def _context(self, feed: Feed) -> ssl.SSLContext:
        pair = await self._pair()
        context = server_context(pair.chain, pair.key)
        await asyncio.to_thread(require_clients, context, _ca(feed))
        return context


def _ca(feed: Feed) -> str:
    return feed.tls.ca if feed.tls else ""


class _Shown:
    """What the next connection is to be encrypted with."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context


def _bind(source: str) -> socket.socket:
    """Listening; raises OSError."""
    where = urlsplit(source)
    host = where.hostname or ""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.create_server((host, where.port or 0), family=family, backlog=BACKLOG)
    sock.setblocking(False)
    return sock
