"""Whoever has just changed something reads it here: an answer is not older than the question."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

SEQ_HEADER = b"x-nameplate-seq"
PATIENCE_S = 2.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Current:
    """ASGI middleware. Waits until the record that the deciding process names has been taken in, but not for ever."""

    def __init__(self, app: App, reach: Callable[[int], Awaitable[None]]) -> None:
        self._app, self._reach = app, reach

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """ASGI 3."""
        seq = dict(scope.get("headers", ())).get(SEQ_HEADER, b"")
        if seq.isdigit():
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._reach(int(seq))
        await self._app(scope, receive, send)
