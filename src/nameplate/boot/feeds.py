"""Wiring of the feeds of panels' events."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from nameplate.bridges.panel_feed import Open, follow, read_event
from nameplate.domain.feeds import Feed, PanelEvent

from .paths import Paths

__all__ = ["build_follower", "read_event"]

Tell = Callable[[Sequence[PanelEvent]], Awaitable[None]]


def build_follower(paths: Paths, tell: Tell, open_tls: Open) -> Callable[[Feed], Coroutine[Any, Any, None]]:
    """What follows a declared feed until it is cancelled, and tells what comes out of it. `open_tls` lets peers in."""
    return lambda feed: follow(feed, paths.cursors / f"feed-{feed.id}.json", tell, open_tls)
