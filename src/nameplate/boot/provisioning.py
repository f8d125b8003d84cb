"""The SCIM server, and where it keeps what it is told. Loaded only once a bridge of its type calls."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, closing
from typing import Any

from nameplate.domain.bridges import Bridge
from nameplate.ports.directory import Provisions
from nameplate.ports.upstream import Hears

from . import clocks
from .paths import Paths

Application = Callable[[Any, Any, Any], Awaitable[None]]


def scim_description() -> dict[str, Any]:
    """Its part of the OpenAPI document: `paths` and `schemas`."""
    from nameplate.bridges.scim.description import description

    return description()


def scim_server(
    paths: Paths,
    bridge: Callable[[str], Bridge | None],
    hears: Callable[[str], Hears],
    provisions: Callable[[Bridge], Provisions],
    forget: Callable[[str], None],
    files: ExitStack,
) -> Application:
    """The ASGI application; see `bridges.scim.server.Wiring` for what it needs. What it opens is added to `files`."""
    made: list[Application] = []
    turn = asyncio.Lock()

    def make() -> Application:
        from nameplate.bridges.scim.server import ScimServer, Wiring
        from nameplate.stores.sqlite.directory import SqliteDirectory

        directory = files.enter_context(closing(SqliteDirectory(paths.people)))
        return ScimServer(Wiring(directory, bridge, hears, provisions, forget, clocks.wall))

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async with turn:
            if not made:
                # It takes a second to load: others go on meanwhile.
                made.append(await asyncio.to_thread(make))
        await made[0](scope, receive, send)

    return application
