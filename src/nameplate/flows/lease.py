"""What a bridge said holds for its lease, or until the moment that it named: then those whom it governs are refused."""

from collections.abc import Callable
from typing import Protocol

from nameplate.domain.registry import Registry, Touched
from nameplate.domain.requests import AccessRequest
from nameplate.domain.upstreams import Upstream
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.ports.review import Review

ALWAYS = frozenset({Reason.WAY_OUT, Reason.PUBLIC_ZONE})
"""Whoever may leave whatever else forbids it."""


class Ways(Protocol):
    """The contract index."""

    def way_out(self, request: AccessRequest) -> Verdict | None:
        """The permit by which an actor may leave where it stands."""
        ...


class Leases:
    """Reviews what `rules` leave of a permit. For one thread. `monotonic`: seconds.

    After a start nothing has been heard yet: the actors of a bridge with a lease wait until it has spoken.
    """

    def __init__(self, registry: Registry, rules: Review, ways: Ways, monotonic: Callable[[], float]) -> None:
        self._registry, self._rules, self._ways, self._monotonic = registry, rules, ways, monotonic
        self._heard: dict[str, float] = {}
        self._governed: dict[str, tuple[Upstream, ...]] = {}
        self._fill()

    def heard(self, bridge: str, age_s: float = 0.0) -> None:
        """A bridge has told all that it knew `age_s` seconds ago."""
        self._heard[bridge] = max(self._heard.get(bridge, float("-inf")), self._monotonic() - age_s)

    def age(self, bridge: str) -> float | None:
        """Seconds since a bridge was heard, None if it never was."""
        heard = self._heard.get(bridge)
        return None if heard is None else self._monotonic() - heard

    def touched(self, touched: Touched) -> None:
        """Something has changed: who is governed by whom, or a lease."""
        if touched.kind == "Bridge":
            self._fill()
        elif touched.kind == "upstream":
            self._govern(self._registry.upstreams.by_id[touched.id].actor)

    def review(self, verdict: Verdict, request: AccessRequest) -> Verdict:
        """The verdict, or the refusal by the rules, or that a lease has run out."""
        verdict = self._rules.review(verdict, request)
        words = self._governed.get(request.actor)
        if words is None or not verdict.permit or verdict.reason in ALWAYS:
            return verdict
        lapsed = [word for word in words if self._lapsed(word, request.at)]
        if lapsed:
            # A subject upstream may mean another actor by now.
            self._govern(request.actor)
            lapsed = [word for word in self._governed.get(request.actor, ()) if self._lapsed(word, request.at)]
        if not lapsed:
            return verdict
        why = (Reason.STALE_SNAPSHOT, *sorted({word.bridge for word in lapsed}))
        refusal = Verdict(False, Reason.STALE_SNAPSHOT, why, verdict.contract, verdict.grant, verdict.target)
        return self._ways.way_out(request) or refusal

    def _lapsed(self, word: Upstream, at: int) -> bool:
        bridge, heard = self._registry.bridges.get(word.bridge), self._heard.get(word.bridge)
        if bridge is None:
            return False
        if 0 < word.valid_until <= at:
            return True
        return bridge.lease_s > 0 and (heard is None or self._monotonic() - heard >= bridge.lease_s)

    def _fill(self) -> None:
        self._governed.clear()
        for upstream in self._registry.upstreams.by_id.values():
            self._govern(upstream.actor)

    def _govern(self, actor: str) -> None:
        bridges = self._registry.bridges
        words = (word for word in self._registry.upstreams.of(actor) if word.bridge in bridges)
        lapsing = tuple(word for word in words if word.valid_until or bridges[word.bridge].lease_s)
        self._governed.pop(actor, None)
        if lapsing:
            self._governed[actor] = lapsing
