"""The app of the deciding process on its real parts, without a socket: Hypothesis asks it thousands of questions."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from nameplate.boot import clocks
from nameplate.boot.deciding import Deciding, assemble
from nameplate.boot.feeds import read_event
from nameplate.boot.paths import Paths
from nameplate.boot.settings import AuthzenSettings, Settings
from nameplate.bridges.manifest_yaml import read
from nameplate.entry.decide.app import App
from nameplate.entry.decide.connections import Connections
from nameplate.entry.decide.feeds import FeedHook
from nameplate.entry.decide.rotations import Rotations
from nameplate.entry.decide.run import build_app
from nameplate.entry.decide.sponsors import SponsorRoutes
from nameplate.flows.apply import plan
from nameplate.flows.rotate import ReaderKeys, Rotator
from nameplate.flows.sponsor import Sponsors
from nameplate.flows.stop import Lifecycle
from nameplate.flows.uphold import Upholder
from tests.entry.world import RECORDS

TOKEN = b"a token of the tests"


class Answer(NamedTuple):
    """What the app sent."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def json(self) -> Any:
        """The document in it."""
        return json.loads(self.body)


class Process:
    """The parts of a deciding process on a loop of their own. `left`: pieces of the last body that were not read."""

    def __init__(self, loop: asyncio.AbstractEventLoop, parts: Deciding, app: App) -> None:
        self._loop, self.parts, self.app = loop, parts, app
        self.left = 0

    def serving(self, app: App) -> "Process":
        """The same parts behind another app."""
        return Process(self._loop, self.parts, app)

    def post(
        self, path: str, pieces: Iterable[bytes], *, headers: Iterable[tuple[bytes, bytes]] = (), uid: int | None = None
    ) -> Answer:
        """POST a body that arrives in pieces, then nothing more, as from a caller with the token."""
        return self.call("POST", path, [*pieces], [(b"content-type", b"application/json"), *headers], uid)

    def call(
        self,
        method: str,
        path: str,
        pieces: list[bytes],
        headers: list[tuple[bytes, bytes]],
        uid: int | None = None,
        *,
        client: tuple[str, int] | None = None,
        authorized: bool = True,
    ) -> Answer:
        """One request, from the address `client`; with the token if `authorized`."""
        shown = [(b"authorization", b"Bearer " + TOKEN)] if authorized else []
        said = [*shown, (b"host", b"localhost"), *headers]
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": said,
            "client": client,
            "state": {} if uid is None else {"uid": uid},
        }
        return self._loop.run_until_complete(self._speak_in_time(scope, pieces))

    def run(self, work: Any) -> Any:
        """Something else, on the same loop."""
        return self._loop.run_until_complete(work)

    async def _speak_in_time(self, scope: dict[str, Any], pieces: list[bytes]) -> Answer:
        async with asyncio.timeout(20):
            return await self._speak(scope, pieces)

    async def _speak(self, scope: dict[str, Any], pieces: list[bytes]) -> Answer:
        waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        if waiting:
            waiting[-1]["more_body"] = False
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        self.left = len(waiting)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], dict(sent[0]["headers"]), body)


@contextmanager
def process(folder: Path) -> Iterator[Process]:
    """One, with `RECORDS` in force and a caller whose token is TOKEN."""
    loop = asyncio.new_event_loop()
    settings = Settings(data=folder, authzen=AuthzenSettings(subject_types=["user"]))
    Paths(folder).create()

    async def begin() -> tuple[Deciding, App]:
        parts = assemble(settings)
        connections = Connections(parts.registry)
        lifecycle = Lifecycle(parts.registry, parts.ledger, connections, clocks.wall, lambda: "stop-1")
        changes = plan(parts.registry, list(read(RECORDS, "r.yaml")), is_timezone=lambda _: True).changes
        await parts.declarer.declare(list(changes), "test", parts.registry.seq)
        hook = FeedHook(parts.registry, read_event, lambda _: None, parts.keys.credential, clocks.wall)
        upholder = Upholder(parts.registry, parts.ledger, lifecycle, bytes(32), clocks.wall)
        people = (parts.registry, parts.ledger, lifecycle, parts.ledger, upholder.address)
        readers = ReaderKeys(parts.keys, parts.registry, parts.ledger)
        keys = (parts.keys, readers, parts.point_keys, parts.journal, parts.registry, parts.ledger, connections)
        more = (hook, SponsorRoutes(Sponsors(*people, clocks.wall, 14)), Rotations(Rotator(*keys, clocks.wall)))
        app = build_app(settings, Paths(folder), parts, connections, lifecycle, more)
        return parts, app

    parts, app = loop.run_until_complete(begin())
    found = Process(loop, parts, app)
    made = found.post("/v1/point-tokens", [b'{"name":"pep"}'], uid=0)
    found.parts.mirror.tokens[_digest(TOKEN)] = found.parts.mirror.tokens[_digest(made.json["token"].encode())]
    try:
        yield found
    finally:
        loop.run_until_complete(parts.journal.close())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _digest(token: bytes) -> str:
    return sha256(token).hexdigest()
