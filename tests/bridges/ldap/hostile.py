"""A directory that means no good: it answers the bind, and then whatever a test gives it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import sansldap

Script = Callable[[asyncio.StreamWriter, sansldap.LDAPServer, int], Awaitable[None]]


@asynccontextmanager
async def evil(script: Script, *, binds: bool = True) -> AsyncIterator[int]:
    """Its port. `script` gets the number of the first search, and may send what it likes."""

    async def serve(reader, writer):
        server = sansldap.LDAPServer()
        try:
            while data := await reader.read(65_536):
                for message in server.receive(data):
                    if isinstance(message, sansldap.BindRequest) and binds:
                        server.bind_response(message.message_id)
                        writer.write(server.data_to_send())
                    else:
                        await script(writer, server, message.message_id)
        except (ConnectionError, sansldap.LDAPError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
