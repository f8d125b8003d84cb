"""What other systems gave us, in the key store: who changes it goes on record, and only who names it is given it."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterable

import msgspec

from nameplate.domain.errors import Invalid, NameplateError, NotFound, Refused
from nameplate.domain.names import is_key_name
from nameplate.domain.registry import Registry
from nameplate.ports.keys import KeyStore
from nameplate.ports.ledger import Ledger


class Credentials:
    """The credentials of one key store. `on_change` is called after each change."""

    def __init__(self, keys: KeyStore, registry: Registry, ledger: Ledger) -> None:
        self._keys, self._registry, self._ledger = keys, registry, ledger
        self._changing = asyncio.Lock()
        self.on_change: Callable[[], None] = lambda: None

    def names(self) -> list[str]:
        """The names of those that are stored."""
        return self._keys.credentials()

    async def put(self, name: str, value: bytes, by: str) -> None:
        """Store one, in the place of a former one of that name."""
        if not is_key_name(name):
            # Not shown: somebody may have given the value there.
            remedy = "Use letters, digits, `.`, `_`, `-`, and `/` between."
            raise Invalid("credential_name", "This is not a name for a credential.", remedy)
        await self._change("put", name, by, lambda: self._keys.put_credential(name, value))

    async def remove(self, name: str, by: str) -> None:
        """Forget one; raises NotFound."""
        if name not in self._keys.credentials():
            raise NotFound("credential", "There is no credential of that name.", "See `nameplate key list`.")
        await self._change("removed", name, by, lambda: self._keys.remove_credential(name))

    async def for_manage(self, name: str) -> bytes:
        """One that a declared sink or bridge names; raises Refused for any other, NotFound while it is not stored."""
        named = {each for sink in self._registry.sinks.values() for each in sink.credentials}
        if name not in named | {bridge.credential for bridge in self._registry.bridges.values()}:
            raise Refused("credential", "No sink and no bridge names that credential.", "Name it in their manifest.")
        # Whoever heard of a change from the journal gets what was changed, not what is about to be.
        async with self._changing:
            return self._keys.credential(name)

    async def _change(self, change: str, name: str, by: str, make: Callable[[], None]) -> None:
        """On record first: nobody changes a secret unseen. A change that then cannot be made is on record, too."""
        record = {"kind": "credential", "name": name, "by": by}
        async with self._changing:
            await self._ledger.commit({**record, "change": change})
            try:
                # It waits for the disk, and decisions must not.
                await asyncio.to_thread(make)
            except NameplateError:
                self._ledger.note({**record, "change": "failed"})
                raise
        self.on_change()


def held(keys: KeyStore, names: Iterable[str]) -> dict[str, bytes]:
    """Those of `names` that are stored, with their values."""
    stored = set(keys.credentials())
    return {name: keys.credential(name) for name in names if name in stored}


def fingerprint(values: dict[str, bytes], salt: bytes) -> str:
    """Another text when any of them changes (HMAC-SHA-256, hex). Tells nothing to who does not know `salt`."""
    return hmac.new(salt, msgspec.msgpack.encode(sorted(values.items())), hashlib.sha256).hexdigest()
