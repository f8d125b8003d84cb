"""Enforcement points at the other end of a real socket, which answer a stop as they are told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nameplate.buses.unix import Listener, connect
from nameplate.domain.stops import Receipt, Stop, receipt_text
from nameplate.ports.bus import Peer
from tests.flows.heart import Heart

Answer = Callable[["Post", Stop], Awaitable[Any]]


@dataclass
class Post:
    """One point. `told`: the stops that reached it."""

    name: str
    answer: Answer
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    told: list[Stop] = field(default_factory=list)

    @property
    def public(self) -> str:
        return self.private.public_key().public_bytes_raw().hex()

    async def on_stop(self, _peer: Peer, body: bytes) -> Any:
        stop = msgspec.msgpack.decode(body, type=Stop)
        self.told.append(stop)
        return await self.answer(self, stop)

    def receipt(self, stop: Stop, **claims: Any) -> Receipt:
        """A signed receipt that says what it should, but for `claims`."""
        said = replace(Receipt(stop.id, self.name, stop.cut_off + 1, stop.cut_off + 2), **claims)
        return replace(said, key=self.public, signature=self.private.sign(receipt_text(said)).hex())


async def honest(post: Post, stop: Stop) -> Receipt:
    return post.receipt(stop)


@asynccontextmanager
async def connected(heart: Heart, *posts: Post) -> AsyncIterator[None]:
    """`posts` are declared as callers with their keys, and connected by their names."""
    for post in posts:
        heart.ledger.note({"kind": "caller", "name": post.name, "token_hash": "", "public_key": post.public})
    names = iter([post.name for post in posts])

    async def hello(peer: Any, _body: bytes) -> None:
        await heart.connections.add(next(names), peer)

    with TemporaryDirectory(prefix="np-") as folder:
        listener = Listener(Path(folder) / "points", {"hello": hello}, gone=heart.connections.gone)
        await listener.start()
        peers = []
        for post in posts:
            peers.append(await connect(Path(folder) / "points", {"stop": post.on_stop}))
            await peers[-1].call("hello", None, type(None))
        try:
            yield
        finally:
            await asyncio.gather(*(peer.abandon() for peer in peers))
            await listener.stop()
