"""case -> question -> both evaluators -> rules -> expected or not; and what a mode makes of it. Has no effect."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

from nameplate.domain import reference
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.cases import Case
from nameplate.domain.errors import NotFound
from nameplate.domain.explanation import explain
from nameplate.domain.index import Index
from nameplate.domain.manifests.documents import DEFAULT_SITE
from nameplate.domain.modes import Modes
from nameplate.domain.reference import Facts
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Verdict
from nameplate.domain.windows import Transitions

RulesOf = Callable[[Registry, Facts], Callable[[Verdict, AccessRequest], Verdict]]
SOMEBODY = "somebody"
"""Who asks in a case that names a contract and no actor."""


class Tried(NamedTuple):
    """What came of a case. `other`: what the index says, where it is not what the reference says: a fault of ours.

    `softened`: `observed` or `warned` where the mode of the point that asks would permit it nevertheless.
    """

    case: Case
    verdict: Verdict
    sentence: str
    other: Verdict | None = None
    softened: str = ""

    @property
    def passed(self) -> bool:
        """Whether the answer is the expected one, and both evaluators agree on it."""
        as_expected = self.verdict.permit is self.case.permit and self.case.reason in ("", self.verdict.reason)
        return as_expected and self.other is None


class Cases:
    """Puts cases to the contracts and rules of `registry`, which must not change meanwhile.

    `rules`: those of a registry, put to what other facts say.
    """

    def __init__(
        self,
        registry: Registry,
        transitions: Callable[[str], Transitions],
        wall: Callable[[str, int], datetime],
        rules: RulesOf,
    ) -> None:
        self._registry, self._wall, self._rules = registry, wall, rules
        self._modes = Modes(registry, transitions)
        self._index = Index(transitions)
        self._index.fill(replace(registry, actors={}, standings={}))

    def run(self, asked: Iterator[tuple[Case, AccessRequest]]) -> Iterator[Tried]:
        """Each case with the question it means. Raises NotFound for a contract that is not declared."""
        for case, request in asked:
            yield self._try(case, request)

    def _try(self, case: Case, request: AccessRequest) -> Tried:
        who = self._who(case)
        facts = self._facts({who[0].id: who} if who else {})
        request = request._replace(actor=who[0].id) if who else request
        if who:
            self._index.put_actor(*who)
        fast = self._index.decide(request, 0.0)
        self._index.drop_actor(request.actor)
        slow = reference.decide(facts, request, self._wall)
        # With each case others are known: nothing of one may serve the next.
        verdict = self._rules(self._registry, facts)(slow, request) if slow.permit else slow
        sentence = explain(request, verdict, facts, self._wall).sentence
        softened = self._modes.soften(verdict, request, case.point) if case.point else verdict
        reason = softened.reason if softened.permit and not verdict.permit else ""
        return Tried(case, verdict, sentence, None if fast == slow else fast, reason)

    def _who(self, case: Case) -> tuple[Actor, Standing] | None:
        """Who asks; None for an actor that is not declared."""
        if case.contract and case.contract not in self._registry.contracts:
            raise NotFound("contract", f"{case.id}: There is no contract {case.contract}.", "Declare it in the draft.")
        actor, standing = self._registry.actors.get(case.actor), self._registry.standings.get(case.actor)
        if actor is None or standing is None:
            if not case.contract:
                return None
            site = next(iter(self._registry.sites), DEFAULT_SITE)
            actor, standing = Actor(case.actor or SOMEBODY, ActorType.WORKLOAD, site), Standing(State.ACTIVE)
        return replace(actor, contract=case.contract or actor.contract), standing

    def _facts(self, who: Mapping[str, tuple[Actor, Standing]]) -> Any:
        registry = self._registry
        return SimpleNamespace(
            sites=registry.sites,
            calendars=registry.calendars,
            lockdowns=registry.lockdowns,
            interlocks=registry.interlocks,
            leaves=registry.leaves,
            threats=registry.threats,
            fires=registry.fires,
            zones=registry.zones,
            doors=registry.doors,
            contracts=registry.contracts,
            actors={ident: actor for ident, (actor, _) in who.items()},
            standings={ident: standing for ident, (_, standing) in who.items()},
        )
