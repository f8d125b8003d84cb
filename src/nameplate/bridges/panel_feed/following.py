"""One declared feed, followed for as long as it is declared."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from nameplate.domain.errors import NameplateError
from nameplate.domain.feeds import Feed, PanelEvent

from .csv_tail import CsvTail
from .listener import Hear, Streams, listen
from .mapping import read_event
from .peers import is_allowed, peer_names
from .syslog import read_message

LOOK_S = 0.5
RETRY_S = 2.0
MAX_WAITING = 10_000
MAX_SHOWN = 5

Tell = Callable[[Sequence[PanelEvent]], Awaitable[None]]
Make = Callable[[Callable[[], None]], asyncio.Protocol]
"""What is called when a connection has ended -> the protocol of that connection."""
Open = Callable[[Feed, Make], Awaitable[Callable[[], None]]]
"""Lets peers in over TLS at the source of a feed; returns what ends it. Raises OSError, Invalid and Unavailable."""

log = structlog.get_logger()


async def follow(feed: Feed, position: Path, tell: Tell, open_tls: Open) -> None:
    """Until cancelled. A webhook has nothing to follow.

    Raises OSError where the source cannot be reached, and what `open_tls` raises.
    """
    if feed.source.startswith("csv:"):
        await _follow_file(feed, CsvTail(Path(feed.source.removeprefix("csv:")), position), tell)
    elif feed.source.startswith("syslog+"):
        await _follow_syslog(feed, tell, open_tls)


async def _follow_file(feed: Feed, tail: CsvTail, tell: Tell) -> None:
    while True:
        await _tell(feed, await asyncio.to_thread(lambda: list(tail.poll())), tell)
        await asyncio.to_thread(tail.save)
        await asyncio.sleep(LOOK_S)


async def _follow_syslog(feed: Feed, tell: Tell, open_tls: Open) -> None:
    waiting = asyncio.Queue[bytes](MAX_WAITING)

    def hear(message: bytes) -> None:
        # More than can be told is dropped: a flood must not fill the memory.
        if not waiting.full():
            waiting.put_nowait(message)

    end = await _listen(feed, hear, open_tls)
    try:
        while True:
            messages = [await waiting.get()]
            while not waiting.empty():
                messages.append(waiting.get_nowait())
            await _tell(feed, [read_message(message) for message in messages], tell)
    finally:
        end()


async def _listen(feed: Feed, hear: Hear, open_tls: Open) -> Callable[[], None]:
    where = urlsplit(feed.source)
    if where.scheme != "syslog+tls":
        return await listen(where.scheme.removeprefix("syslog+"), where.hostname or "", where.port or 0, hear)
    streams = Streams(hear, lambda transport: _is_peer(feed, transport), counted=True)
    close = await open_tls(feed, streams.protocol)

    def end() -> None:
        close()
        streams.close()

    return end


def _is_peer(feed: Feed, transport: asyncio.BaseTransport) -> bool:
    names = peer_names(transport.get_extra_info("peercert"))
    allowed = feed.tls is not None and is_allowed(names, feed.tls.peers)
    if not allowed:
        log.warning(
            "a certificate of another name was refused at a panel's feed", feed=feed.id, names=names[:MAX_SHOWN]
        )
    return allowed


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
