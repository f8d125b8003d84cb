"""Which processes run. The list of points comes from the deciding process and may change at any time."""

import asyncio
import hashlib
import json
import secrets
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

import structlog

from nameplate.domain.errors import NameplateError
from nameplate.domain.links import Admit, Running
from nameplate.ports.bus import Peer

from .child import Child

log = structlog.get_logger()
RETRY_S = 0.2


class _Guarded(NamedTuple):
    """A point that runs, with its token and its number among those that run: no two share a user id."""

    running: Running
    child: Child
    token: str
    number: int


class Supervisor:
    """Runs until cancelled. `dial` connects to the deciding process. `args` are passed to each child."""

    def __init__(self, dial: Callable[[], Awaitable[Peer]], points_socket: Path, args: Sequence[str]) -> None:
        self._dial, self._points_socket, self._args = dial, points_socket, list(args)
        self._points: dict[str, _Guarded] = {}
        self._fixed = [Child("decide", "nameplate.entry.decide", args), Child("manage", "nameplate.entry.manage", args)]

    async def run(self) -> None:
        """Keep everything alive until cancelled, then end it all: points first, the deciding process last."""
        for child in self._fixed:
            child.start()
        try:
            await self._follow_points()
        finally:
            await asyncio.gather(*(each.child.stop() for each in self._points.values()))
            for child in reversed(self._fixed):
                await child.stop()

    def reload(self) -> None:
        """Have certificates loaded anew, without a stop."""
        self._fixed[0].signal(signal.SIGHUP)

    async def _follow_points(self) -> None:
        while True:
            with suppress(NameplateError):
                decide = await self._dial()
                try:
                    await self._follow(decide)
                finally:
                    await decide.close()
            await asyncio.sleep(RETRY_S)

    async def _follow(self, decide: Peer) -> None:
        # A deciding process that has just started knows no token: introduce the points that already run.
        for each in self._points.values():
            await decide.call("admit", Admit(each.running.point, _digest(each.token)), type(None))
        while True:
            known = [each.running.digest for each in self._points.values()]
            wanted = await decide.call("points", known, list[Running], timeout=60.0)
            await self._arrange({each.point: each for each in wanted}, decide)

    async def _arrange(self, wanted: dict[str, Running], decide: Peer) -> None:
        for name, each in list(self._points.items()):
            if wanted.get(name) != each.running:
                log.info("ending a point", point=name)
                await each.child.stop()
                del self._points[name]
        for name in wanted.keys() - self._points.keys():
            await self._start(wanted[name], decide)

    async def _start(self, running: Running, decide: Peer) -> None:
        token, number = secrets.token_urlsafe(32), self._free_number()
        await decide.call("admit", Admit(running.point, _digest(token)), type(None))
        # Through a pipe: arguments and the environment of a process can be read by others.
        start = {"point": running.point, "type": running.type, "token": token, "number": number}
        given = json.dumps(start | {"socket": str(self._points_socket)}).encode()
        child = Child(f"point {running.point}", "nameplate.entry.point", self._args, lambda: given)
        self._points[running.point] = _Guarded(running, child, token, number)
        child.start()

    def _free_number(self) -> int:
        taken = {each.number for each in self._points.values()}
        return next(number for number in count() if number not in taken)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
