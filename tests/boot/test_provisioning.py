import asyncio
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from nameplate.boot.paths import Paths
from nameplate.boot.provisioning import scim_server
from nameplate.domain.bridges import Bridge, BridgeType
from tests.held import held

BRIDGES = {"entra": Bridge("entra", "default", BridgeType.SCIM)}


async def ask(application: Any, caller: str) -> int:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/scim/v2/Users", "query_string": b""}
    await application(scope | {"headers": [(b"x-nameplate-caller", caller.encode())]}, receive, send)
    return int(sent[0]["status"])


def test_it_is_made_once_by_the_first_who_calls(tmp_path):
    paths = Paths(tmp_path)
    paths.create()
    nothing: Callable[..., Any] = lambda *_: None  # noqa: E731
    files = ExitStack()
    application = scim_server(paths, BRIDGES.get, nothing, nothing, nothing, files)
    assert not paths.people.exists()

    async def main() -> list[int]:
        return await asyncio.gather(*(ask(application, caller) for caller in ("bridge:entra", "bridge:okta", "uid:0")))

    with files:
        assert asyncio.run(main()) == [200, 401, 401]
        assert held(paths.people)
    assert not held(paths.people)
    assert "nameplate.bridges.scim.server" in sys.modules
