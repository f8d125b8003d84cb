"""Recorded decisions, put again to what is declared now and to a draft: what would change?"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from nameplate.domain import reference
from nameplate.domain.actors import Standing, State
from nameplate.domain.conditions import REGISTERED
from nameplate.domain.contracts import Contract, Grant, Test
from nameplate.domain.index import Index
from nameplate.domain.modes import MERITS, Modes
from nameplate.domain.outcomes import Happening
from nameplate.domain.recorded import outcome, question
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.domain.supplies import supplied
from nameplate.domain.verdicts import Reason, Verdict, hardened
from nameplate.domain.windows import Transitions

EXAMPLES = 3
_NEVER = Test(("context",), ())
_JUDGED = MERITS | {
    Reason.GRANTED,
    Reason.PUBLIC_ZONE,
    Reason.WAY_OUT,
    Reason.CONTRACT_MISSING,
    Reason.CONTRACT_EXPIRED,
    Reason.PRESENCE,
    Reason.UNKNOWN_READER,
}
"""Decisions on these say something about contracts; the others were made before any contract was looked at."""


class Rules(Protocol):
    """The rules of a registry; see `flows.forbid`."""

    def review(self, verdict: Verdict, request: AccessRequest) -> Verdict:
        """The verdict, or the refusal by the rules that forbid it."""
        ...

    def lacks(self, request: AccessRequest) -> bool:
        """Whether a rule asks for what the request does not hold."""
        ...


RulesOf = Callable[[Registry, Registry, Index], Rules]
"""The rules of a registry, put to what another knows and to what requests come to."""


class Clocks(NamedTuple):
    """Time zones: compiled, and as a clock on the wall shows them."""

    transitions: Callable[[str], Transitions]
    wall: Callable[[str, int], datetime]


class Change(NamedTuple):
    """An answer that would change. `permit`: what it becomes; `reason`: of the refusal, the new or the former."""

    permit: bool
    actor: str
    action: str
    resource: str
    reason: str


class Changed:
    """How often, and the last few decisions of that kind. `softened`: how often a mode would permit it nevertheless."""

    def __init__(self) -> None:
        self.times = self.softened = 0
        self.examples: deque[str] = deque(maxlen=EXAMPLES)


class Trial:
    """Takes records in their order. Every actor counts as active: what stopped it has nothing to do with a contract.

    `zones`: where each actor was when the first record was written. `verify_every`: each so many answers of the index
    are compared with those of the reference; 0: none. `rules`: those of a registry; they count on both sides.
    """

    def __init__(
        self,
        now: Registry,
        draft: Registry,
        zones: Mapping[str, str],
        clocks: Clocks,
        verify_every: int = 0,
        *,
        rules: RulesOf,
    ) -> None:
        self._now, self._draft = (_Side(each, zones, clocks, verify_every, rules) for each in (now, draft))
        self._same_rules = (now.rules, supplied(now.points.values())) == (draft.rules, supplied(draft.points.values()))
        self._modes = Modes(draft, clocks.transitions)
        self.rules = len(draft.rules)
        self.changes: defaultdict[Change, Changed] = defaultdict(Changed)
        self.undecidable: defaultdict[tuple[str, str, str], Changed] = defaultdict(Changed)
        self.counts: Counter[str] = Counter()

    @property
    def verified(self) -> int:
        """How many answers were compared."""
        return self._now.verified + self._draft.verified

    @property
    def mismatches(self) -> int:
        """How many of them differed: each is a fault of ours."""
        return self._now.mismatches + self._draft.mismatches

    def take(self, record: Mapping[str, Any]) -> None:
        """One record; what is neither a decision nor a passage is passed over."""
        if record["kind"] == "decision":
            self._decision(record)
        elif record["kind"] == "outcome" and record["happening"] == Happening.PASSAGE:
            for side in (self._now, self._draft):
                side.move(record.get("actor", ""), record.get("to_zone", ""))

    def _decision(self, record: Mapping[str, Any]) -> None:
        self.counts["decisions"] += 1
        was = hardened(outcome(record))
        if record.get("simulated"):
            self.counts["simulated"] += 1
        elif was.reason not in _JUDGED or not (self._now.knows(record["actor"]) or self._draft.knows(record["actor"])):
            self.counts["not_on_contracts"] += 1
        else:
            self._compare(record, question(record), was)

    def _compare(self, record: Mapping[str, Any], request: AccessRequest, was: Verdict) -> None:
        before, after = self._now.decide(request), self._draft.decide(request)
        self.counts["compared"] += 1
        if before is None and self._now.has_in_force(was) and not self._now.rules.lacks(request):
            before = was
        if before is None or after is None:
            if not self._is_untouched(request.actor):
                _add(self.undecidable[request.actor, request.action, request.resource], record)
                self.counts["undecidable"] += 1
            return
        self.counts["drifted"] += before.permit is not was.permit
        if before.permit is not after.permit:
            reason = before.reason if after.permit else after.reason
            change = Change(after.permit, request.actor, request.action, request.resource, reason)
            _add(self.changes[change], record)
            self.counts["newly_permitted" if after.permit else "newly_denied"] += 1
            if not after.permit and self._modes.soften(after, request, record.get("point", "")).permit:
                self.changes[change].softened += 1
                self.counts["softened"] += 1

    def _is_untouched(self, actor: str) -> bool:
        return self._same_rules and self._now.contract_of(actor) == self._draft.contract_of(actor)


class _Side:
    """One state of what is declared, with all that its answers depend on."""

    def __init__(
        self, registry: Registry, zones: Mapping[str, str], clocks: Clocks, verify_every: int, rules: RulesOf
    ) -> None:
        standings = {ident: Standing(State.ACTIVE, zone=zones.get(ident, "")) for ident in registry.actors}
        contracts = {ident: _known_part(each) for ident, each in registry.contracts.items()}
        self._registry = replace(registry, standings=standings, contracts=contracts)
        self._declared = registry.contracts
        self._clocks, self._every = clocks, verify_every
        self._index = Index(clocks.transitions)
        self._index.fill(self._registry)
        self._strict: Index | None = None
        if contracts != registry.contracts:
            refusing = {ident: _refusing_part(each) for ident, each in registry.contracts.items()}
            self._strict = Index(clocks.transitions)
            self._strict.fill(replace(self._registry, contracts=refusing))
        self.rules = rules(registry, self._registry, self._index)
        self._permits = _Permits(self._registry)
        self._mono = 0.0
        self.verified = self.mismatches = self._asked = 0

    def knows(self, actor: str) -> bool:
        """Whether it is declared."""
        return actor in self._registry.actors

    def contract_of(self, actor: str) -> Contract | None:
        """What it may do, as declared."""
        known = self._registry.actors.get(actor)
        return self._declared.get(known.contract) if known else None

    def has_in_force(self, verdict: Verdict) -> bool:
        """Whether the contract that decided is the one that is declared."""
        contract = self._declared.get(verdict.contract.rpartition("@")[0])
        return contract is not None and contract.name == verdict.contract

    def move(self, actor: str, zone: str) -> None:
        """It has gone through a door."""
        standing = self._registry.standings.get(actor)
        if standing is not None:
            moved = self._registry.standings[actor] = replace(standing, zone=zone)
            self._index.set_standing(actor, moved)
            if self._strict is not None:
                self._strict.set_standing(actor, moved)

    def decide(self, request: AccessRequest) -> Verdict | None:
        """The answer; None where it depends on properties that are not on record. Permits count towards rates."""
        # Rates run on the recorded time, which a clock may have set back.
        self._mono = mono = max(self._mono, request.at / 1_000_000)
        verdict = self._index.decide(request, mono)
        self._asked += 1
        if self._every and self._asked % self._every == 0:
            self.verified += 1
            spec = reference.decide(self._registry, request, self._clocks.wall, self._permits.of(request.actor), mono)
            self.mismatches += spec != verdict
        if verdict.permit:
            if self._strict is not None and not self._strict.decide(request, mono).permit:
                return None
            if self.rules.lacks(request):
                return None
            verdict = self.rules.review(verdict, request)
        if verdict.permit:
            self._count(verdict, request.actor, mono)
        return verdict

    def _count(self, verdict: Verdict, actor: str, mono: float) -> None:
        self._index.count_permit(verdict, actor, mono)
        if self._strict is not None:
            self._strict.count_permit(verdict, actor, mono)
        if self._every:
            self._permits.count(verdict, actor, mono)


class _Permits:
    """Permits under grants with a rate, for the reference. Those that are too old for every rate are dropped."""

    def __init__(self, registry: Registry) -> None:
        rates = [grant.rate for contract in registry.contracts.values() for grant in contract.grants if grant.rate]
        self._longest = max((rate.seconds for rate in rates), default=0)
        self._given: defaultdict[str, deque[reference.Permit]] = defaultdict(deque)

    def of(self, actor: str) -> deque[reference.Permit]:
        """Those of one actor."""
        return self._given[actor]

    def count(self, verdict: Verdict, actor: str, mono: float) -> None:
        """One more, if it is of a kind that counts."""
        given = self._given[actor]
        while given and mono - given[0].mono >= self._longest:
            given.popleft()
        if self._longest and verdict.reason is Reason.GRANTED:
            given.append(reference.Permit(actor, verdict.contract.rpartition("@")[0], verdict.grant, mono))


def _known_part(contract: Contract) -> Contract:
    """Without the lines of `where` and `unless` that ask for something which no record keeps."""
    return replace(contract, grants=tuple(map(_known_lines, contract.grants)))


def _known_lines(grant: Grant) -> Grant:
    where, unless = (tuple(filter(_is_on_record, lines)) for lines in (grant.where, grant.unless))
    return replace(grant, where=where, unless=unless)


def _refusing_part(contract: Contract) -> Contract:
    """With lines in their place that never hold."""
    grants = (
        known if known == grant else replace(known, where=(*known.where, _NEVER))
        for grant, known in ((grant, _known_lines(grant)) for grant in contract.grants)
    )
    return replace(contract, grants=tuple(grants))


def _is_on_record(test: Test) -> bool:
    return len(test.path) == 2 and test.path[0] == "subject" and test.path[1] in REGISTERED


def _add(changed: Changed, record: Mapping[str, Any]) -> None:
    changed.times += 1
    changed.examples.append(record["decision_id"])


def report(trial: Trial) -> dict[str, Any]:
    """What a trial found, the most frequent first."""
    changes: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for change, changed in sorted(trial.changes.items(), key=lambda each: (-each[1].times, each[0])):
        changes[change.permit].append(_change(change, changed))
    undecidable = [
        {"actor": actor, "action": action, "resource": resource, "count": each.times, "examples": list(each.examples)}
        for (actor, action, resource), each in sorted(trial.undecidable.items(), key=lambda each: -each[1].times)
    ]
    names = ("decisions", "compared", "simulated", "not_on_contracts", "newly_denied", "newly_permitted", "softened")
    counts = {name: trial.counts[name] for name in (*names, "undecidable", "drifted")}
    verified = {"verified": trial.verified, "mismatches": trial.mismatches}
    return {
        "counts": counts | verified | {"rules": trial.rules},
        "newly_denied": changes[False],
        "newly_permitted": changes[True],
    } | {"undecidable": undecidable}


def _change(change: Change, changed: Changed) -> dict[str, Any]:
    told = {"actor": change.actor, "action": change.action, "resource": change.resource, "reason": change.reason}
    softened = {"softened": changed.softened} if changed.softened else {}
    return told | softened | {"count": changed.times, "examples": list(changed.examples)}


def zones_of(registry: Registry) -> Iterator[tuple[str, str]]:
    """Where each actor was last seen."""
    return ((ident, standing.zone) for ident, standing in registry.standings.items() if standing.zone)
