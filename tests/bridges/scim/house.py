"""The SCIM server over a deciding heart that is real but for its sockets, in one process."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from nameplate.bridges.scim.server import ScimServer, Wiring
from nameplate.domain.errors import Unavailable
from nameplate.entry.manage.provisioning import Provisioning
from nameplate.flows.declare import Declarer
from nameplate.flows.uphold import Upholder
from nameplate.ports.upstream import PersonName
from nameplate.stores.sqlite.directory import SqliteDirectory
from tests.flows.heart import Heart, beating

CORE, PATCH, BULK = (
    f"urn:ietf:params:scim:{name}"
    for name in ("schemas:core:2.0:", "api:messages:2.0:PatchOp", "api:messages:2.0:BulkRequest")
)
ACTOR = "urn:nameplate:scim:schemas:extension:2.0:Actor"
GOVERNED = "urn:ietf:params:scim:schemas:extension:governed-agent:2.0:Agent"
SECRET = b"s" * 32

DOCUMENTS: list[dict[str, Any]] = [
    {"kind": "Team", "id": "ops", "name": "Operations"},
    {"kind": "Contract", "id": "reader", "grants": [{"actions": ["read"], "resources": ["app:*"]}]},
    {"kind": "Contract", "id": "runner", "grants": [{"actions": ["read"], "resources": ["door:*"]}]},
    {
        "kind": "Actor",
        "id": "amr-1",
        "type": "robot",
        "unit": {"manufacturer": "Acme", "model": "T3", "serial": "1"},
        "owner": "ops",
        "purpose": "Carries",
        "state": "active",
        "contract": "reader",
    },
    {
        "kind": "Bridge",
        "id": "entra",
        "type": "scim",
        "contracts": {"Readers": "reader", "Runners": "runner"},
        "roles": {"Guards": "security", "Staff": "viewer"},
    },
    {"kind": "Bridge", "id": "okta", "type": "scim"},
    {"kind": "Bridge", "id": "strict", "type": "scim", "governed": "true"},
    {"kind": "Bridge", "id": "shared", "type": "scim", "beside": "entra"},
]


class Answer(NamedTuple):
    """What came back. `body`: its JSON, None where there is none."""

    status: int
    headers: dict[str, str]
    body: Any


class Ears:
    """The `Hears` port without sockets. `deaf`: as if the deciding process were away."""

    def __init__(self, bridge: str, upholder: Upholder, names: dict[str, PersonName]) -> None:
        self._bridge, self._upholder, self._names = bridge, upholder, names
        self.deaf: Callable[[Any], bool] = lambda _: False
        self.commands = 0

    async def actors(self, notices: Any) -> Any:
        self._listen(notices)
        return await self._upholder.actors(self._bridge, notices)

    async def people(self, notices: Any) -> Any:
        self._listen(notices)
        effects = await self._upholder.people(notices)
        told = zip(notices, effects, strict=True)
        self._names.update({effect.id: PersonName(notice.name) for notice, effect in told if notice.name})
        return effects

    async def alive(self, age_s: float = 0.0) -> None:
        """Nobody asks."""

    def _listen(self, notices: Any) -> None:
        self.commands += 1
        if any(self.deaf(notice) for notice in notices):
            raise Unavailable("decide_gone", "It is away.")


class Direct:
    """Commands without sockets."""

    def __init__(self, heart: Heart) -> None:
        self._declarer, self.planning = Declarer(heart.registry, heart.ledger, heart.registry.seq), asyncio.Lock()

    async def declare(self, changes: Any, by: str, planned_at: int) -> int:
        return await self._declarer.declare(changes, by, planned_at)


class House:
    """Everything, and how to call it."""

    def __init__(self, folder: Path, heart: Heart) -> None:
        self.heart, self.registry = heart, heart.registry
        self.upholder = Upholder(heart.registry, heart.ledger, heart.lifecycle, SECRET, heart.clock)
        self.directory = SqliteDirectory(folder / "people.db")
        self.names: dict[str, PersonName] = {}
        self.ears = {name: Ears(name, self.upholder, self.names) for name in ("entra", "okta", "strict", "shared")}
        commands: Any = Direct(heart)
        self.server = ScimServer(
            Wiring(
                self.directory,
                heart.registry.bridges.get,
                self.ears.__getitem__,
                lambda bridge: Provisioning(bridge, heart.registry, commands, lambda _: True),
                lambda person: void(self.names.pop(person, None)),
                heart.clock,
            )
        )

    async def call(
        self, method: str, path: str, body: Any = None, caller: str = "bridge:entra", **headers: str
    ) -> Answer:
        """One request, as the deciding process passes it on. `body`: a document, or bytes as they are."""
        sent: list[Any] = []
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        told = {"content-type": "application/scim+json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        scope = {
            "type": "http",
            "method": method,
            "path": f"/scim/v2{path}",
            "query_string": quote(query, safe="=&%:").encode(),
            "headers": [(b"x-nameplate-caller", caller.encode()), (b"x-nameplate-base", b"https://np.example")]
            + [(name.encode(), value.encode()) for name, value in told.items()],
        }
        pieces = [raw[start : start + 65_536] for start in range(0, len(raw), 65_536)] or [b""]

        async def receive() -> dict[str, Any]:
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.server(scope, receive, send)
        found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        whole = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], found, json.loads(whole) if whole else None)

    async def device(self, name: str = "amr-1", *, active: Any = True, caller: str = "bridge:entra", **own: Any) -> str:
        """A device; returns its id."""
        return str((await self.post("/Devices", device(name, active=active, **own), caller)).body["id"])

    async def post(self, path: str, body: Any, caller: str = "bridge:entra") -> Answer:
        """POST, which succeeds."""
        answer = await self.call("POST", path, body, caller)
        assert answer.status == 201, answer
        return answer

    async def patch(self, path: str, *operations: Any, caller: str = "bridge:entra", **headers: str) -> Answer:
        """PATCH."""
        return await self.call("PATCH", path, {"schemas": [PATCH], "Operations": operations}, caller, **headers)

    def state(self, actor: str = "amr-1") -> str:
        """Where an actor stands."""
        return str(self.registry.standings[actor].state)

    async def order(self, name: str, actor: str = "amr-1") -> None:
        """A person orders something."""
        await self.heart.order(name, actor)


def void(_: object) -> None:
    """Nothing."""


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """From start to end."""
    async with beating(folder, *DOCUMENTS) as heart:
        found = House(folder, heart)
        try:
            yield found
        finally:
            found.directory.close()


def run(folder: Path, scenario: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    """A scenario in a house of its own."""

    async def main() -> None:
        async with asyncio.timeout(60), house(folder) as found:
            await scenario(found)

    asyncio.run(main())


def device(name: str, /, *, active: Any = True, **own: Any) -> dict[str, Any]:
    """A device. `own`: our attributes."""
    body = {"schemas": [f"{CORE}Device"], "displayName": name, "active": active}
    return body | ({"schemas": [f"{CORE}Device", ACTOR], ACTOR: own} if own else {})


def user(name: str, /, **more: Any) -> dict[str, Any]:
    """A user."""
    return {"schemas": [f"{CORE}User"], "userName": name, "active": True, **more}


def group(name: str, *members: str) -> dict[str, Any]:
    """A group."""
    return {"schemas": [f"{CORE}Group"], "displayName": name, "members": [{"value": member} for member in members]}


def replace(path: str, value: Any) -> dict[str, Any]:
    """An operation."""
    return {"op": "replace", "path": path, "value": value}
