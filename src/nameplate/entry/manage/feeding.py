"""One task a feed of a panel's events, started and ended as feeds are declared."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from nameplate.domain.errors import NameplateError
from nameplate.domain.feeds import Feed
from nameplate.domain.registry import Registry

LOOK_S, AGAIN_S = 0.2, 5.0
Follow = Callable[[Feed], Coroutine[Any, Any, None]]

log = structlog.get_logger()


class Feeding:
    """Runs what is declared. `follow` follows one feed until it is cancelled."""

    def __init__(self, registry: Registry, follow: Follow) -> None:
        self._registry, self._follow = registry, follow
        self._jobs: dict[str, tuple[Feed, asyncio.Task[None]]] = {}
        self._trouble: dict[str, str] = {}

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self._arrange()
                await asyncio.sleep(LOOK_S)
        finally:
            tasks = [task for _, task in self._jobs.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def status(self) -> list[dict[str, str]]:
        """Each feed, and what is wrong with it."""
        feeds = sorted(self._registry.feeds.values(), key=lambda feed: feed.id)
        return [{"id": each.id, "to": each.source, "status": self._trouble.get(each.id, "ok")} for each in feeds]

    def _arrange(self) -> None:
        wanted = self._registry.feeds
        for name, (feed, task) in list(self._jobs.items()):
            if wanted.get(name) != feed:
                task.cancel()
                del self._jobs[name]
                self._trouble.pop(name, None)
        for name, feed in wanted.items():
            if name not in self._jobs:
                self._jobs[name] = (feed, asyncio.get_running_loop().create_task(self._keep(feed)))

    async def _keep(self, feed: Feed) -> None:
        while True:
            try:
                self._trouble.pop(feed.id, None)
                await self._follow(feed)
            except (NameplateError, OSError) as error:
                why = (error.strerror if isinstance(error, OSError) else None) or str(error).removesuffix(".")
                self._trouble[feed.id] = f"It cannot be read: {why}."
                log.warning("a panel's feed cannot be read", feed=feed.id, why=why)
                await asyncio.sleep(AGAIN_S)
            else:
                return
