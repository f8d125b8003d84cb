"""The site of the demonstration, brought up as any other: serve, apply, install readers, enrol units."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from nameplate.boot.buildings import import_building
from nameplate.boot.simulation import Floor
from nameplate.domain.errors import NameplateError, Unavailable
from nameplate.entry.robot import Robot
from nameplate.entry.serve.started import Server, running_server

from . import company, fleet
from .company import Company
from .fleet import FLEET, POINT, Member
from .hardware import Hardware
from .journal import JournalWatch
from .walker import Walker

WAIT_S, POLL_S = 20.0, 0.05
LOG_LINES = 15
INSTALL_S = 60

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a story needs. All but `walkers` and `hardware` is the real thing."""

    folder: Path
    floor: Floor
    server: Server
    journal: JournalWatch
    hardware: Hardware
    walkers: Mapping[str, Walker]
    company: Company

    async def order(self, name: str, reason: str, *actors: str, where: Mapping[str, str] | None = None) -> None:
        """An order over the API, as `nameplate actor` gives it."""
        body = {"order": name, "reason": reason, "actors": list(actors), "where": dict(where or {})}
        await asyncio.to_thread(self.server.client.post, "/v1/orders", body)

    async def enrol(self, actor: str) -> None:
        """Give the robot a new key, which it makes itself."""
        walker = self.walkers[actor]
        walker.robot = await asyncio.to_thread(_enrol, self.server, self.folder, walker.member)

    def help(self, actor: str) -> None:
        """Somebody sees to a robot that waits."""
        self.walkers[actor].helped.set()


@asynccontextmanager
async def raised(folder: Path, floor: Floor, say: Say) -> AsyncIterator[Stage]:
    """A running site with its readers keyed and its robots enrolled. Everything ends with it, the server in order."""
    data = folder / "data"
    data.mkdir()
    with Hardware(floor.lane_doors, folder / "doors") as hardware:
        say("starting nameplate serve")
        async with _serving(data) as server, _following(data) as journal:
            await _declare(server, hardware)
            say(f"declared {len(FLEET)} robots, 3 contracts and {len(hardware.doors)} doors")
            await _install(server, journal, hardware)
            say(f"gave {len(hardware.doors)} readers their keys over OSDP")
            robots = {member.id: await asyncio.to_thread(_enrol, server, folder, member) for member in FLEET}
            say(f"enrolled {len(robots)} robots: each made its own key")
            walkers = {member.id: Walker(member, robots[member.id], floor, hardware) for member in FLEET}
            yield Stage(folder, floor, server, journal, hardware, walkers, await asyncio.to_thread(_accounts, server))


@asynccontextmanager
async def _serving(data: Path) -> AsyncIterator[Server]:
    serving = running_server(data, _free_port(), NAMEPLATE_HOST="127.0.0.1")
    try:
        server = await asyncio.to_thread(serving.__enter__)
        try:
            yield server
        finally:
            await asyncio.to_thread(serving.__exit__, None, None, None)
    except NameplateError as error:
        said = "\n".join((data / "serve.log").read_text("utf-8", "replace").splitlines()[-LOG_LINES:])
        raise type(error)(error.code, f"{error.message} The server said last:\n{said}") from error


@asynccontextmanager
async def _following(data: Path) -> AsyncIterator[JournalWatch]:
    journal = JournalWatch(data)
    task = asyncio.create_task(journal.run())
    try:
        yield journal
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _declare(server: Server, hardware: Hardware) -> None:
    plan = fleet.building_text()
    building = import_building(plan, fleet.SITE, fleet.TIMEZONE, None, fleet.PUBLIC)
    texts = {
        "building": building.yaml,
        "contracts": fleet.contracts_text(fleet.utc_now()),
        "actors": fleet.actors_text(),
        "point": fleet.point_text(hardware.lines),
        "bridge": company.MANIFEST,
    }
    files = [{"name": f"{name}.yaml", "text": text} for name, text in texts.items()]
    await asyncio.to_thread(server.client.post, "/v1/apply", {"files": files})
    await asyncio.to_thread(server.client.post, f"/v1/sites/{fleet.SITE}/plan", {"map": plan})


async def _install(server: Server, journal: JournalWatch, hardware: Hardware) -> None:
    """As `nameplate point install` does it for one reader, for all of them."""
    deadline = asyncio.get_running_loop().time() + WAIT_S
    while not await asyncio.to_thread(_connected, server):
        if asyncio.get_running_loop().time() > deadline:
            raise Unavailable("demo", "The door controller did not connect.")
        await asyncio.sleep(POLL_S)
    for door in hardware.doors:
        wanted = {"door": door, "seconds": INSTALL_S}
        await asyncio.to_thread(server.client.post, f"/v1/points/{POINT}/install", wanted)
    await journal.until("the readers to take their keys", lambda watch: watch.keyed >= set(hardware.doors), WAIT_S)


def _accounts(server: Server) -> Company:
    """The company has an account for one of the robots, and governs it from now on."""
    made = Company.of(server)
    made.create(fleet.GOVERNED)
    return made


def _connected(server: Server) -> bool:
    return any(point["connected"] for point in server.client.get("/v1/points")["items"])


def _enrol(server: Server, folder: Path, member: Member) -> Robot:
    """A one-time code for the operator; the unit makes its key, proves it and keeps it."""
    offer = server.client.post(f"/v1/actors/{member.id}/enrolment", {})
    return Robot.enrol(f"http://127.0.0.1:{server.port}", offer["code"], folder / member.id, member.serial)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
