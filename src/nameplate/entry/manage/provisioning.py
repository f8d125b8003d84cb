"""What a bridge may see of actors, and how what it declares comes into force."""

from collections.abc import Callable, Mapping, Sequence

from nameplate.domain.actors import State
from nameplate.domain.bridges import Bridge
from nameplate.domain.manifests.problems import Document
from nameplate.domain.registry import BY_BRIDGE, Registry, unit_key
from nameplate.flows.apply import Plan, plan
from nameplate.ports.directory import Known

from .commands import Commands


class Provisioning:
    """The `Provisions` port for one bridge."""

    def __init__(
        self, bridge: Bridge, registry: Registry, commands: Commands, is_timezone: Callable[[str], bool]
    ) -> None:
        self._bridge, self._registry, self._commands, self._is_timezone = bridge, registry, commands, is_timezone

    def known(self, actor: str) -> Known | None:
        """See the port."""
        declared = self._registry.actors.get(actor)
        if declared is None:
            return None
        bridges = tuple(dict.fromkeys(each.bridge for each in self._registry.upstreams.of(actor)))
        return Known(declared, self._registry.standings[actor], bridges)

    def holder(self, unit: tuple[str, str, str]) -> str:
        """See the port."""
        holder = self._registry.units.get(unit_key(unit), "")
        standing = self._registry.standings.get(holder)
        return holder if standing is not None and standing.state is State.RETIRED else ""

    def has_team(self, team: str) -> bool:
        """See the port."""
        return team in self._registry.teams

    def check(self, documents: Sequence[Mapping[str, object]]) -> None:
        """See the port."""
        self._plan(documents)

    async def declare(self, documents: Sequence[Mapping[str, object]]) -> None:
        """See the port."""
        async with self._commands.planning:
            planned_at, made = self._registry.seq, self._plan(documents)
            if made.changes:
                await self._commands.declare(list(made.changes), f"{BY_BRIDGE}{self._bridge.id}", planned_at)

    def _plan(self, documents: Sequence[Mapping[str, object]]) -> Plan:
        return plan(self._registry, [Document.of(each) for each in documents], is_timezone=self._is_timezone)
