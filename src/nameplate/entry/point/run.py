"""Connect, learn what to guard, guard it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nameplate.domain.errors import Refused, Unavailable
from nameplate.domain.links import Hello, Install, Opening, Rekey, Welcome
from nameplate.domain.stops import Receipt, Stop, receipt_text
from nameplate.domain.verdicts import Decision
from nameplate.ports.bus import Handler, Peer
from nameplate.ports.decision_point import DecisionPoint, StopsApplied

from .remote import RemoteDecisionPoint

log = structlog.get_logger()


class Guard(StopsApplied, Protocol):
    """An enforcement point that can run."""

    async def run(self, stop: asyncio.Event) -> None:
        """Guard until `stop` is set."""
        ...


@dataclass(frozen=True, slots=True)
class Start:
    """What the supervisor tells a point process on its standard input. `number`: no other running point has it."""

    point: str
    type: str
    token: str = field(repr=False)
    socket: str
    number: int


KeepConnected = Callable[[dict[str, Handler], Callable[[Peer], Awaitable[None]]], Coroutine[Any, Any, None]]
READY_S = 1.0
"""How long a stop that overtakes our greeting waits for it."""


class PointProcess:
    """Holds the connection to the deciding process and the enforcement point that it made possible."""

    def __init__(
        self, start: Start, build: Callable[[Welcome, DecisionPoint], Guard], clock: Callable[[], int]
    ) -> None:
        self._start, self._build, self._clock = start, build, clock
        self._decisions = RemoteDecisionPoint(clock)
        self._guard: Guard | None = None
        self._signing: Ed25519PrivateKey | None = None
        self._welcomed = asyncio.Event()

    async def run(self, keep_connected: KeepConnected, stop: asyncio.Event) -> None:
        """Until `stop` is set, or something breaks: then the supervisor starts us again."""
        async with asyncio.TaskGroup() as tasks:
            lasting = [
                tasks.create_task(keep_connected(self._handlers(), self._greet)),
                tasks.create_task(self._decisions.deliver()),
            ]
            waiting = tasks.create_task(stop.wait())
            welcomed = tasks.create_task(self._welcomed.wait())
            await asyncio.wait((waiting, welcomed), return_when=asyncio.FIRST_COMPLETED)
            if self._guard is not None:
                await self._guard.run(stop)
                await self._decisions.settle()
            for task in (*lasting, waiting, welcomed):
                task.cancel()

    def _handlers(self) -> dict[str, Handler]:
        return {
            "stop": self._on_stop,
            "install": self._on_install,
            "open": self._on_open,
            "sign_with": self._on_sign_with,
            "rekey": self._on_rekey,
        }

    async def _greet(self, peer: Peer) -> None:
        welcome = await peer.call("hello", Hello(self._start.point, self._start.token), Welcome)
        self._signing = Ed25519PrivateKey.from_private_bytes(welcome.signing_key)
        if self._guard is None:
            self._guard = self._build(welcome, self._decisions)
        self._guard.expect_keys(welcome.next_keys)
        self._decisions.connected(peer)
        self._welcomed.set()

    async def _on_stop(self, _peer: Peer, body: bytes) -> Receipt:
        received = self._clock()
        stop = msgspec.msgpack.decode(body, type=Stop)
        guard, signing = await self._ready()
        guard.apply_stop(stop)
        return _signed(Receipt(stop.id, self._start.point, received, self._clock()), signing)

    async def _on_install(self, _peer: Peer, body: bytes) -> None:
        wanted = msgspec.msgpack.decode(body, type=Install)
        guard, _ = await self._ready()
        guard.begin_install(wanted.door, wanted.seconds)

    async def _on_sign_with(self, _peer: Peer, body: bytes) -> None:
        wanted = msgspec.msgpack.decode(body, type=Rekey)
        self._signing = Ed25519PrivateKey.from_private_bytes(wanted.key)

    async def _on_rekey(self, _peer: Peer, body: bytes) -> bool:
        wanted = msgspec.msgpack.decode(body, type=Rekey)
        guard, _ = await self._ready()
        return await guard.rekey(wanted.door, wanted.key)

    async def _on_open(self, _peer: Peer, body: bytes) -> str:
        wanted = msgspec.msgpack.decode(body, type=Opening)
        guard, _ = await self._ready()
        call: Callable[[str, Decision], Awaitable[str]] | None = getattr(guard, "open", None)
        if call is None:
            raise Refused("no_call", f"{self._start.point} opens doors at their readers only.")
        return await call(wanted.door, wanted.decision)

    async def _ready(self) -> tuple[Guard, Ed25519PrivateKey]:
        """What the greeting made possible. The answer to it and the first call may arrive together."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_S):
                await self._welcomed.wait()
        if self._guard is None or self._signing is None:
            raise Unavailable("not_ready", f"{self._start.point} does not guard anything yet.")
        return self._guard, self._signing


def _signed(receipt: Receipt, signing: Ed25519PrivateKey) -> Receipt:
    key = signing.public_key().public_bytes_raw().hex()
    return replace(receipt, key=key, signature=signing.sign(receipt_text(receipt)).hex())


def read_start(text: bytes) -> Start:
    """What the supervisor said."""
    return msgspec.json.decode(text, type=Start)
