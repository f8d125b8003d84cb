"""A new key in the place of one of our own: the node's, a point's, a reader's. What is announced first, and when the
former counts no more, differs; that a crash leaves one of the two in force, and never none, is common to all.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from typing import NamedTuple, Protocol

from nameplate.domain.errors import Conflict, NameplateError, NotFound, Refused, Unavailable
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.points import READER_TYPES
from nameplate.domain.registry import Registry
from nameplate.ports.keys import KeyStore, Signer
from nameplate.ports.ledger import Ledger

NODE = "node"
_ENDS = frozenset({Happening.TRANSPORT_KEY_CHANGED, Happening.TRANSPORT_KEY_KEPT})


class Signed(Protocol):
    """The journal, as far as its key is concerned."""

    @property
    def signer(self) -> Signer:
        """Who signs for it now."""
        ...

    async def hand_over(self, to: Signer, told: Mapping[str, str], at: int) -> int:
        """Let another key sign from here on; the record that says so, signed by the former, and its number."""
        ...


class PointKeys(Protocol):
    """The signing keys of points."""

    def following(self, point: str) -> tuple[bytes, str]:
        """The seed that is to succeed, and its public key (hex)."""
        ...

    def settle(self, point: str) -> None:
        """Put it in the place of the former if it is the one on record."""
        ...


class Points(Protocol):
    """Reaches connected points."""

    def rekeying(self, point: str) -> AbstractContextManager[None]:
        """While this lasts a receipt also counts under the key that the point has now."""
        ...

    async def sign_with(self, point: str, seed: bytes) -> bool:
        """Give a point its new signing key; whether it has taken it."""
        ...

    async def rekey(self, point: str, door: str, key: bytes) -> bool:
        """Have a reader take another transport key; see `StopsApplied.rekey`."""
        ...


class Rotated(NamedTuple):
    """`former` and `key`: public keys in hex, empty for a transport key. `in_use`: whether the new one is already."""

    of: str
    former: str
    key: str
    in_use: bool


class ReaderKeys:
    """The transport keys of readers, as far as nobody knows yet which of two is in force."""

    def __init__(self, keys: KeyStore, registry: Registry, ledger: Ledger) -> None:
        self._keys, self._registry, self._ledger = keys, registry, ledger
        self._settling: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def heard(self, outcome: Outcome) -> None:
        """A point reports which key the reader of one of its doors has."""
        if outcome.happening in _ENDS:
            changed = outcome.happening is Happening.TRANSPORT_KEY_CHANGED
            task = asyncio.get_running_loop().create_task(self.settle(outcome.door, changed=changed))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)

    async def settle(self, door: str, *, changed: bool) -> None:
        """Once: the report of the point and its answer say the same, and whoever comes second finds it on record."""
        end = self._keys.succeed if changed else self._keys.forget_next
        async with self._turn:
            if not await asyncio.to_thread(end, f"transport/{door}"):
                return
            told = {"change": "changed" if changed else "kept", "door": door, "point": self.point_of(door)}
            with suppress(Unavailable):
                await self._ledger.commit({"kind": "transport_key", **told})

    def point_of(self, door: str) -> str:
        """The point that the reader of a door belongs to. Raises NotFound, Conflict."""
        if door not in self._registry.doors:
            raise NotFound("door", f"There is no door {door}.", "See what is declared: nameplate export")
        for spec in self._registry.points.values():
            if spec.type in READER_TYPES and any(channel.door == door for channel in spec.channels):
                return spec.id
        raise Conflict("no_reader", f"No reader of ours stands at door {door}.", "It has no transport key.")


class Rotator:
    """One rotation at a time. Owned by the event loop of the deciding process."""

    def __init__(
        self,
        keys: KeyStore,
        readers: ReaderKeys,
        point_keys: PointKeys,
        journal: Signed,
        registry: Registry,
        ledger: Ledger,
        points: Points,
        clock: Callable[[], int],
    ) -> None:
        self._keys, self._point_keys, self._journal, self._registry = keys, point_keys, journal, registry
        self._ledger, self._points, self._clock = ledger, points, clock
        self._readers = readers
        self._busy = asyncio.Lock()

    async def node(self, by: str, reason: str) -> Rotated:
        """A new key for the journal. The former one announces it and signs for nothing that comes later."""
        async with self._alone(reason):
            former = self._journal.signer.public_key.hex()
            following = await asyncio.to_thread(self._keys.next_signer, NODE)
            await self._journal.hand_over(following, {"by": by, "reason": reason}, self._clock())
            # Should this fail the journal goes on with the new key, and the next start finds that it must.
            await asyncio.to_thread(self._keys.succeed, NODE)
            return Rotated(NODE, former, following.public_key.hex(), in_use=True)

    async def point(self, name: str, by: str, reason: str) -> Rotated:
        """A new signing key for a point: on record first, then the point is given it. The former counts no more."""
        async with self._alone(reason):
            spec, caller = self._registry.points.get(name), self._registry.callers.get(name)
            if spec is None and caller is None:
                raise NotFound("point", f"There is no point {name}.", "See `nameplate point list`.")
            if spec is None or caller is None or not caller.public_key:
                message = f"The point {name} has no signing key: it asks with a token."
                raise Conflict("no_key", message, f"Exchange that: nameplate point token {name}")
            seed, public = await asyncio.to_thread(self._point_keys.following, name)
            record = {"kind": "caller", "name": name, "token_hash": caller.token_hash, "simulate": caller.simulate}
            with self._points.rekeying(name):
                await self._ledger.commit(record | {"public_key": public, "by": by, "reason": reason})
                taken = await self._points.sign_with(name, seed)
            await asyncio.to_thread(self._point_keys.settle, name)
            return Rotated(f"point {name}", caller.public_key, public, in_use=taken)

    async def transport(self, door: str, by: str, reason: str) -> Rotated:
        """A new transport key for the reader of a door, over the channel that is up. The former is kept until it is."""
        async with self._alone(reason):
            point, name = self._readers.point_of(door), f"transport/{door}"
            if name in self._keys.awaited():
                message = f"Nobody has seen yet which key the reader of {door} has since the last attempt."
                raise Conflict("rekey_open", message, "Both are kept: wait until the reader is back.")
            key = await asyncio.to_thread(self._keys.next_secret, name)
            record = {"kind": "transport_key", "change": "ordered", "door": door, "point": point}
            try:
                await self._ledger.commit(record | {"by": by, "reason": reason})
                changed = await self._points.rekey(point, door, key)
            except Unavailable as error:
                if error.code == "journal_unavailable":
                    await asyncio.to_thread(self._keys.forget_next, name)
                raise  # Else nobody can know: the point reports which key its reader has, whenever it has seen it.
            except NameplateError as error:
                await asyncio.to_thread(self._keys.forget_next, name)
                with suppress(Unavailable):
                    await self._ledger.commit({**record, "change": "refused", "why": error.code})
                raise
            await self._readers.settle(door, changed=changed)
            if not changed:
                raise Conflict("rekey_kept", f"The reader of {door} has kept its old key.", "See its point's log.")
            return Rotated(f"transport {door}", "", "", in_use=True)

    def _alone(self, reason: str) -> "_Alone":
        if not reason.strip():
            raise Refused("reason", "To change a key takes a reason.", "Give one: it goes into the record.")
        return _Alone(self._busy)


class _Alone:
    """One at a time, and whoever comes meanwhile is told so."""

    def __init__(self, lock: asyncio.Lock) -> None:
        self._lock = lock

    async def __aenter__(self) -> None:
        if self._lock.locked():
            raise Conflict("rotating", "Another key is being changed.", "Try again when that is done.")
        await self._lock.acquire()

    async def __aexit__(self, *_raised: object) -> None:
        self._lock.release()
