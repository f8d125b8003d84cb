"""The site's own certificates: made, issued and renewed, each on record."""

import asyncio
from collections.abc import Callable, Sequence

from nameplate.domain.errors import Invalid
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.certificates import Certificate, Certificates
from nameplate.ports.ledger import Ledger

DAY_US = 86_400 * 1_000_000
RENEW_BEFORE_US = 30 * DAY_US


class Certifier:
    """Uses the authority. `clock`: microseconds since the epoch, UTC. `on_change` is called when one is in use."""

    def __init__(self, certificates: Certificates, ledger: Ledger, node: str, clock: Callable[[], int]) -> None:
        self._certificates, self._ledger, self._node, self._clock = certificates, ledger, node, clock
        self._changing = asyncio.Lock()
        self.on_change: Callable[[], None] = lambda: None

    def authority(self) -> bytes | None:
        """The authority's certificate (PEM), for clients; nothing until there is one."""
        return self._certificates.authority()

    def server(self) -> Certificate | None:
        """The server certificate that was issued last."""
        pair = self._certificates.server()
        return pair.certificate if pair else None

    async def init(self, by: str) -> Certificate:
        """Make the authority; raises Conflict when there is one."""
        async with self._changing:
            title = f"Nameplate {self._node} authority"
            made = await asyncio.to_thread(self._certificates.make_authority, title, self._clock())
            await self._record("authority", made, by)
            return made

    async def issue(self, names: Sequence[str], by: str) -> Certificate:
        """A certificate for the server at these names, with a new key, in use when this returns."""
        async with self._changing:
            return await self._issue(names, by)

    async def rotate(self, by: str) -> Certificate:
        """A new key and certificate for the same names; raises Invalid when none was issued."""
        async with self._changing:
            return await self._issue(self._named(), by)

    async def renew_if_due(self) -> bool:
        """Issue anew when less than 30 days are left; returns whether it was done."""
        async with self._changing:
            last = self.server()
            if last is None or last.not_after - self._clock() >= RENEW_BEFORE_US:
                return False
            await self._issue(last.names, "system")
            return True

    def _named(self) -> tuple[str, ...]:
        last = self.server()
        if last is None:
            raise Invalid("tls_names", "No certificate was issued yet.", "Run: nameplate tls issue --name HOST")
        return last.names

    async def _issue(self, names: Sequence[str], by: str) -> Certificate:
        drawn = await asyncio.to_thread(self._certificates.draw, tuple(names), self._clock())
        # On record before anybody sees it.
        await self._record("server", self._certificates.describe(drawn), by)
        made = await asyncio.to_thread(self._certificates.use, drawn)
        self.on_change()
        return made

    async def _record(self, role: str, made: Certificate, by: str) -> None:
        fields = {"names": list(made.names), "not_after": rfc3339(made.not_after), "sha256": made.sha256}
        await self._ledger.commit({"kind": "certificate", "role": role, "serial": made.serial, **fields, "by": by})
