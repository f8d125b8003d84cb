"""Events to a syslog receiver, over one connection at a time."""

import asyncio
import ssl
from collections.abc import Callable, Iterator, Sequence

from nameplate.domain.errors import Unavailable
from nameplate.exports.tls import reason
from nameplate.ports.sink import Event, Refusal

from .line import Line, PlainLine, connect
from .settings import Settings
from .tls_line import TlsLine
from .wire import frame

CHUNK = 256 * 1024
FIRST_LOOK_S, LONGEST_LOOK_S = 0.001, 0.05
Context = Callable[[], ssl.SSLContext]


class SyslogSink:
    """The `Sink` port on one connection; with `context`, made anew for each session, over TLS.

    Syslog has no acknowledgement. `send` returns once the receiver's kernel has acknowledged every byte; what the
    receiving program had not yet read when a session broke is covered by `margin`. A session that ends well is
    confirmed: the receiver closes its side only after it has read ours to the end.
    """

    def __init__(self, settings: Settings, context: Context | None = None) -> None:
        self._settings, self._context = settings, context
        self._line: Line | None = None

    @property
    def margin(self) -> int:
        """See `Sink`."""
        return self._settings.margin

    async def open(self) -> None:
        """See `Sink`."""
        self._drop()
        context = await asyncio.to_thread(self._context) if self._context else None
        try:
            async with asyncio.timeout(self._settings.connect_timeout):
                await self._connect(context)
        except (OSError, TimeoutError, UnicodeError) as error:
            self._drop()
            raise self._lost(error) from None

    async def _connect(self, context: ssl.SSLContext | None) -> None:
        connection = await connect(self._settings.host, self._settings.port)
        if context is None:
            self._line = PlainLine(connection)
        else:
            self._line = encrypted = TlsLine(connection, context, self._settings.host)
            await encrypted.shake_hands()

    async def send(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """See `Sink`."""
        try:
            line = self._alive()
            for chunk in _chunks(events, self._settings):
                async with asyncio.timeout(self._settings.write_timeout):
                    await line.send(chunk)
            if events:
                async with asyncio.timeout(self._settings.write_timeout):
                    await _acknowledged(line)
                line.check()
        except (OSError, TimeoutError) as error:
            self._drop()
            raise self._lost(error) from None
        return ()

    async def close(self) -> bool:
        """See `Sink`."""
        try:
            async with asyncio.timeout(self._settings.close_timeout):
                return await self._alive().end()
        except (OSError, TimeoutError):
            return False
        finally:
            self._drop()

    def _alive(self) -> Line:
        if self._line is None:
            raise ConnectionError("there is no connection")
        self._line.check()
        return self._line

    def _drop(self) -> None:
        if self._line:
            self._line.drop()
            self._line = None

    def _lost(self, error: Exception) -> Unavailable:
        where = f"{self._settings.host}:{self._settings.port}"
        message = f"The syslog receiver {where} takes no events: {reason(error)}."
        return Unavailable("sink_unreachable", message, "Start it or correct the sink: it goes on by itself.")


def _chunks(events: Sequence[Event], settings: Settings) -> Iterator[bytes]:
    """The frames in pieces of about `CHUNK` bytes: the time limit holds for each of them."""
    pending = bytearray()
    for event in events:
        pending += frame(event, settings.hostname, settings.max_message, old_header=settings.old_header)
        if len(pending) >= CHUNK:
            yield bytes(pending)
            pending.clear()
    if pending:
        yield bytes(pending)


async def _acknowledged(line: Line) -> None:
    """There is no event for this: look again, ever less often."""
    pause = FIRST_LOOK_S
    while line.unacknowledged():
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_LOOK_S)
