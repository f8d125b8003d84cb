"""One connection to a directory."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import sansldap

from nameplate.domain.errors import Unavailable

from .address import Address
from .settings import Settings
from .wire import REFERRAL, SUCCESS, Done, Entry, Garbled, Message, Search, Session

CHUNK = 64 * 1024
ANSWER_S, CLOSE_S = 5.0, 0.5
PAGE = 500


class Connection:
    """Bound and ready. One task uses it: messages come one after the other, and nothing is read ahead of them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._session = Session()
        self._ready: deque[Message] = deque()

    @property
    def waiting(self) -> bool:
        """Whether a message is there already."""
        return bool(self._ready)

    async def next(self) -> Message:
        """The next message. Raises Unavailable when none can come any more."""
        while not self._ready:
            data = await self._reader.read(CHUNK)
            if not data:
                raise unavailable("it has closed the connection")
            try:
                self._ready.extend(self._session.receive(data))
            except Garbled as error:
                raise unavailable(f"what it says is not LDAP ({error})") from None
        return self._ready.popleft()

    async def send(self, search: Search) -> int:
        """Ask for entries; returns the number that all messages about it carry."""
        number, data = self._session.search(search)
        await self._write(data)
        return number

    async def found(self, search: Search, most: int = PAGE) -> list[Entry]:
        """All that a search finds, `most` entries or fewer. Nothing else may be under way."""
        return (await self._answers(await self.send(search), most))[0]

    async def paged(self, search: Search) -> AsyncIterator[list[Entry]]:
        """All that a search finds, some at a time (RFC 2696)."""
        cookie, first = b"", True
        while cookie or first:
            first, page = False, sansldap.PagedResultControl(critical=True, size=PAGE, cookie=cookie)
            asked = Search(search.base, search.filter, search.attributes, search.scope, (*search.controls, page))
            entries, done = await self._answers(await self.send(asked), PAGE)
            cookie = done.pages
            yield entries

    async def bind(self, dn: str, password: str) -> None:
        """Say who we are. Nobody learns the password from what this raises."""
        number, data = self._session.bind(dn, password)
        await self._write(data)
        check(await self._end(number))

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on encrypted. What arrived before that was not protected: any of it is refused."""
        number, data = self._session.start_tls()
        await self._write(data)
        check(await self._end(number))
        await self._writer.start_tls(context, server_hostname=host)
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                self._ready.extend(self._session.receive(await self._reader.read(CHUNK)))
        if self._ready or not self._session.empty:
            raise unavailable("something was slipped in before TLS began")

    async def close(self) -> None:
        """Hang up, whether the other side answers that or not."""
        self._writer.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()
        except TimeoutError:
            self._writer.transport.abort()
        except OSError:  # The other side was quicker.
            return

    async def _answers(self, number: int, most: int) -> tuple[list[Entry], Done]:
        """References to elsewhere are not followed, and count: no answer is endless."""
        entries: list[Entry] = []
        for _ in range(2 * most + 1):
            message = await self._within(number)
            if isinstance(message, Done):
                check(message)
                return entries, message
            if isinstance(message, Entry):
                entries.append(message)
        raise unavailable("it answers more than was asked for")

    async def _within(self, number: int) -> Message:
        async with asyncio.timeout(ANSWER_S):
            message = await self.next()
        if message.id != number:
            raise unavailable("it answers what nobody asked")
        return message

    async def _end(self, number: int) -> Done:
        message = await self._within(number)
        if not isinstance(message, Done):
            raise unavailable("it answers what nobody asked")
        return message

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        async with asyncio.timeout(ANSWER_S):
            await self._writer.drain()


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connection]:
    """A connection that is encrypted where it must be, and bound. Raises Unavailable."""
    connection = None
    try:
        async with asyncio.timeout(2 * ANSWER_S):
            connection = await _open(settings.address, settings.context)
            if settings.address.start_tls and settings.context:
                await connection.start_tls(settings.context, settings.address.host)
            await connection.bind(settings.bind, settings.password)
        yield connection
    except TimeoutError:
        raise unavailable("it does not answer in time") from None
    except ssl.SSLCertVerificationError as error:
        raise unavailable(f"its certificate is not accepted ({error.verify_message})") from None
    except ssl.SSLError as error:
        raise unavailable(f"TLS failed ({(error.reason or 'no reason').lower()})") from None
    except OSError as error:
        raise unavailable(error.strerror or str(error)) from None
    finally:
        if connection is not None:
            await connection.close()


async def _open(address: Address, context: ssl.SSLContext | None) -> Connection:
    if address.path:
        return Connection(*await asyncio.open_unix_connection(address.path))
    tls = context if address.tls else None
    return Connection(*await asyncio.open_connection(address.host, address.port, ssl=tls))


def check(done: Done) -> None:
    """Raises Unavailable unless the operation succeeded. The server's words are cut short, and are its own."""
    if done.code == REFERRAL:
        raise unavailable("it refers us to another server, which is not followed")
    if done.code != SUCCESS:
        raise unavailable(f"it refuses with code {done.code}" + (f" ({done.text})" if done.text else ""))


def unavailable(why: str) -> Unavailable:
    """The error that says that the directory cannot be followed now."""
    return Unavailable("directory", f"The directory cannot be followed: {why}.", "It is tried again.")
