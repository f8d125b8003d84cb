"""One declared feed, followed for as long as it is declared."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from nameplate.domain.errors import NameplateError
from nameplate.domain.feeds import Feed, PanelEvent

from .csv_tail import CsvTail
from .listener import listen
from .mapping import read_event
from .syslog import read_message

LOOK_S = 0.5
RETRY_S = 2.0
MAX_WAITING = 10_000

Tell = Callable[[Sequence[PanelEvent]], Awaitable[None]]


async def follow(feed: Feed, position: Path, tell: Tell) -> None:
    """Until cancelled. Raises OSError where the source cannot be reached; a webhook has nothing to follow."""
    if feed.source.startswith("csv:"):
        await _follow_file(feed, CsvTail(Path(feed.source.removeprefix("csv:")), position), tell)
    elif feed.source.startswith("syslog+"):
        await _follow_syslog(feed, tell)


async def _follow_file(feed: Feed, tail: CsvTail, tell: Tell) -> None:
    while True:
        await _tell(feed, await asyncio.to_thread(lambda: list(tail.poll())), tell)
        await asyncio.to_thread(tail.save)
        await asyncio.sleep(LOOK_S)


async def _follow_syslog(feed: Feed, tell: Tell) -> None:
    where, waiting = urlsplit(feed.source), asyncio.Queue[bytes](MAX_WAITING)

    def hear(message: bytes) -> None:
        # More than can be told is dropped: a flood must not fill the memory.
        if not waiting.full():
            waiting.put_nowait(message)

    end = await listen(where.scheme.removeprefix("syslog+"), where.hostname or "", where.port or 0, hear)
    try:
        while True:
            messages = [await waiting.get()]
            while not waiting.empty():
                messages.append(waiting.get_nowait())
            await _tell(feed, [read_message(message) for message in messages], tell)
    finally:
        end()


async def _tell(feed: Feed, told: Sequence[Mapping[str, str]], tell: Tell) -> None:
    """Until it is told: the deciding process may be away."""
    events = [event for each in told if (event := read_event(feed, each)) is not None]
    while events:
        try:
            await tell(events)
        except NameplateError:
            await asyncio.sleep(RETRY_S)
        else:
            return
