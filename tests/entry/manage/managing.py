"""The parts of a managing process beside a running server: its journal and its commands, tables of their own."""

import asyncio
import http.client
import json
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

from nameplate.boot.bridges import followers
from nameplate.boot.exports import build_exporter
from nameplate.boot.feeds import build_follower
from nameplate.boot.floor_plans import FloorPlanFiles
from nameplate.boot.managing import Managing
from nameplate.boot.paths import Paths
from nameplate.boot.rules import review_of, rule_faults, rule_schema
from nameplate.boot.settings import Settings
from nameplate.boot.signals import Signals
from nameplate.boot.tables import open_tables
from nameplate.boot.timezones import wall
from nameplate.boot.tls import state_of_files
from nameplate.domain.contracts import ACTION_CLASSES
from nameplate.entry.manage.api.app import build
from nameplate.entry.manage.bridging import Bridging
from nameplate.entry.manage.commands import Commands
from nameplate.entry.manage.exporting import Exporting
from nameplate.entry.manage.feed_gates import FeedGates
from nameplate.entry.manage.feeding import Feeding
from nameplate.entry.manage.hearing import Hearing
from nameplate.entry.manage.planning import Planning
from nameplate.flows.project import Projection
from nameplate.journals.segments import SegmentReader
from nameplate.stores.sqlite.people import SqliteNames
from tests.entry.world import PATIENCE_S, Reply, World


class Beside:
    """A second managing process, in this one. It reads the journal only when told to: `projection` may be behind."""

    def __init__(self, parts: Managing, commands: Commands, app: Any) -> None:
        self.parts, self.projection, self.commands, self._app = parts, parts.projection, commands, app

    async def post(self, path: str, body: Any) -> Reply:
        """POST as the user of the server."""
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json"), (b"x-nameplate-caller", b"uid:0")]
        scope = {"type": "http", "method": "POST", "scheme": "http", "path": path, "raw_path": path.encode()}
        await self._app(scope | {"query_string": b"", "headers": headers, "root_path": ""}, receive, send)
        whole = b"".join(message.get("body", b"") for message in sent[1:])
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Reply(sent[0]["status"], found, json.loads(whole))


@asynccontextmanager
async def beside(world: World, folder: Path) -> AsyncIterator[Beside]:
    """One that has read all there is, and reads no further by itself."""
    paths = Paths(world.server.data)
    files = ExitStack()
    store, registry = open_tables(folder / "beside.db", paths.journal)
    files.callback(store.close)
    node, reader = (paths.data / "node").read_text().strip(), SegmentReader(paths.journal)
    projection = Projection(registry, reader.follow(1), store)
    while await projection.advance():
        pass
    exporter = build_exporter(node, reader, folder, lambda: registry.seq)
    parts = Managing(
        "0",
        node,
        projection,
        store,
        reader,
        ACTION_CLASSES,
        lambda _: True,
        exporter,
        wall,
        rule_faults,
        rule_schema,
        review_of,
        files.enter_context(closing(SqliteNames(folder / "people.db"))),
        files,
    )
    commands = Commands(paths.internal, projection)
    with files:
        exporting = Exporting(registry, exporter, commands.credential)
        gates = FeedGates(commands.server_pair, (), state_of_files)
        feeding = Feeding(registry, build_follower(paths, commands.panels_told, gates.open))
        bridging = Bridging(
            registry, followers(paths), commands.credential, lambda name: Hearing(name, commands, parts.names)
        )
        signals = Signals(
            Settings(data=paths.data), folder, registry, node, reader, commands.raise_finding, commands.signing_key
        )
        planning = Planning(registry, commands, FloorPlanFiles(folder), wall)
        app = build(Settings(data=paths.data), parts, commands, exporting, feeding, bridging, signals, planning)
        async with asyncio.timeout(PATIENCE_S):
            yield Beside(parts, commands, app)


def ask_manage(world: World, method: str, path: str, *callers: str, body: bytes = b"{}") -> Reply:
    """A request past the deciding process, which only our own user can make. `callers`: values of the caller header."""
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PATIENCE_S)
    line.connect(str(Paths(world.server.data).manage))
    with closing(http.client.HTTPConnection("manage")) as connection:
        connection.sock = line
        connection.putrequest(method, path)
        for name, value in [("content-type", "application/json"), ("content-length", str(len(body)))]:
            connection.putheader(name, value)
        for caller in callers:
            connection.putheader("x-nameplate-caller", caller)
        connection.endheaders(body)
        response = connection.getresponse()
        text = response.read()
        is_json = "json" in (response.getheader("content-type") or "")
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, found, json.loads(text) if is_json else text.decode())
