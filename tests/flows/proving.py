"""Persons with passkeys at a deciding heart: everything is real but the authenticator, which is software."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from nameplate.boot.passkeys import ceremony
from nameplate.flows.passkeys import Passkeys
from tests.flows.heart import Heart, beating
from tests.keys.webauthn.authenticator import Authenticator

ROLES = {f"{role}s": role for role in ("viewer", "operator", "approver", "owner", "auditor")} | {"security": "security"}
COMPANY = {
    "kind": "Bridge",
    "id": "company",
    "type": "oidc",
    "url": "https://idp.example",
    "client": "nameplate",
    "roles": ROLES,
}


def at_bridge(ident: str, *groups: str, active: bool = True) -> dict[str, Any]:
    """What the company's identity system says of a person."""
    return {"kind": "person", "person": ident, "bridge": "company", "active": active, "groups": groups}


class Crowd:
    """`keys`: the authenticator of each person."""

    def __init__(self, heart: Heart) -> None:
        self.heart = heart
        self.passkeys = Passkeys(heart.registry, heart.ledger, heart.ledger, ceremony, heart.clock)
        self.keys: dict[str, Authenticator] = {}

    async def tell(self, ident: str, *groups: str, active: bool = True) -> None:
        await self.heart.ledger.commit(at_bridge(ident, *groups, active=active))

    async def join(self, ident: str, *groups: str) -> Authenticator:
        """Somebody comes, and makes a passkey."""
        await self.tell(ident, *groups)
        key = self.keys[ident] = self.authenticator()
        await self.bind(ident, key)
        return key

    async def bind(self, ident: str, key: Authenticator) -> Any:
        said = key.make(self.passkeys.creation("bind", ident))
        return await self.passkeys.bind("bind", ident, said["nonce"], said["credential"], f"person:{ident}")

    def authenticator(self) -> Authenticator:
        return Authenticator(self.passkeys.site.origin, self.passkeys.site.host)


@asynccontextmanager
async def crowded(folder: Path, *documents: dict[str, Any]) -> AsyncIterator[Crowd]:
    """A heart with the company's bridge, and nobody yet."""
    async with beating(folder, COMPANY, *documents) as heart:
        yield Crowd(heart)


def run(folder: Path, scene: Callable[[Crowd], Awaitable[None]]) -> None:
    """The scene; then what is on the disk is what holds."""

    async def main() -> None:
        async with crowded(folder) as crowd:
            await scene(crowd)
            await crowd.heart.ledger.commit({"kind": "mark"})
            assert crowd.heart.replayed() == crowd.heart.registry

    asyncio.run(main())
