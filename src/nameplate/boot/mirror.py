"""Keeps what the hot paths look at in step with the registry."""

from collections.abc import Callable
from typing import Any

from nameplate.domain.index import Index
from nameplate.domain.lockdowns import Threat
from nameplate.domain.points import Caller
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.supplies import supplied
from nameplate.flows.forbid import Rules


class Mirror:
    """The contract index, the rules, and callers by the hash of their token. `touched` brings one change over."""

    def __init__(self, registry: Registry, index: Index, rules: Rules) -> None:
        self._registry, self._index, self._rules = registry, index, rules
        self.tokens: dict[str, Caller] = {}
        self._hashes: dict[str, str] = {}
        self._units: dict[str, str] = {}
        self._puts: dict[str, tuple[Callable[[Any], None], Callable[[str], None]]] = {
            "Site": (index.put_site, index.drop_site),
            "Calendar": (index.put_calendar, index.drop_calendar),
            "Zone": (index.put_zone, index.drop_zone),
            "Door": (index.put_door, index.drop_door),
            "Interlock": (index.barriers.put_interlock, index.barriers.drop_interlock),
            "Contract": (index.put_contract, index.drop_contract),
            "Rule": (rules.put, rules.drop),
        }

    def fill(self) -> None:
        """Bring over everything that the registry holds."""
        self._index.fill(self._registry)
        self._rules.supply(supplied(self._registry.points.values()))
        for rule in self._registry.rules.values():
            self._rules.put(rule)
        for name in self._registry.callers:
            self._caller(name)

    def touched(self, touched: Touched) -> None:
        """Bring over one change."""
        kind, ident = touched
        if kind == "standing":
            self._index.set_standing(ident, self._registry.standings[ident])
        elif kind == "Actor":
            self._units.pop(ident, None)
            self._index.put_actor(self._registry.actors[ident], self._registry.standings[ident])
        elif kind == "leaf":
            self._index.barriers.interlocks.set_leaf(ident, closed=ident not in self._registry.leaves)
        elif kind == "lockdown":
            bars = self._index.barriers
            (bars.lock if ident in self._registry.lockdowns else bars.unlock)(ident)
        elif kind == "threat":
            alert = self._registry.threats.get(ident)
            self._index.barriers.set_threat(ident, alert.level if alert else Threat.NORMAL)
        elif kind == "fire":
            self._index.barriers.set_fires(self._registry.fires.values())
        elif kind == "caller":
            self._caller(ident)
        elif kind == "Point":
            self._rules.supply(supplied(self._registry.points.values()))
        elif kind in self._puts:
            put, drop = self._puts[kind]
            value = self._registry.table(kind).get(ident)
            drop(ident) if value is None else put(value)
            self._rules.forget()

    def unit(self, actor_id: str) -> str:
        """The physical unit of an actor as records quote it (`Acme/T3/T3-00417`), empty where there is none."""
        unit = self._units.get(actor_id)
        if unit is None:
            actor = self._registry.actors.get(actor_id)
            if actor is None:
                return ""
            unit = self._units[actor_id] = str(actor.unit) if actor.unit else ""
        return unit

    def _caller(self, name: str) -> None:
        caller = self._registry.callers[name]
        self.tokens.pop(self._hashes.pop(name, ""), None)
        if caller.token_hash:
            self.tokens[caller.token_hash] = caller
            self._hashes[name] = caller.token_hash
