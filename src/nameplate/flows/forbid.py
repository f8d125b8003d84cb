"""verdict -> the rules in whose scope it lies -> verdict. Rules only ever take away what a contract permits."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from nameplate.domain.actors import Actor, Standing
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.names import resource_id, resource_kind
from nameplate.domain.networks import address_text
from nameplate.domain.policies import Rule
from nameplate.domain.reference import Facts
from nameplate.domain.requests import AccessRequest
from nameplate.domain.rulebook import Rulebook
from nameplate.domain.supplies import NO_SUPPLIES, Sent, Supplies, Value, named_in, sent
from nameplate.domain.verdicts import RULE_ERROR, Reason, Verdict
from nameplate.domain.windows import is_covered
from nameplate.ports.policies import Entity, PolicyEngine, Prepared, Ruling

ALARM_EVERY_S = 3_600.0
MAX_KEPT = 2_048
"""How many actors at resources stay prepared: some 10 KB each."""
MAX_DISTANCE_CM = 10**12

Wall = Callable[[str, int], datetime]
Alarm = Callable[[Finding], None]


class Ways(Protocol):
    """What a request comes to: the contract index."""

    def targets(self, request: AccessRequest) -> tuple[str, ...]:
        """The names of what is asked for."""
        ...

    def way_out(self, request: AccessRequest) -> Verdict | None:
        """The permit that no rule can take away."""
        ...


class _Kept(NamedTuple):
    """What was prepared for an actor, as it was then, and a resource; None where no rule covers it."""

    actor: Actor
    standing: Standing
    prepared: Prepared | None
    rules: tuple[Rule, ...] = ()


class Rules:
    """The rules in force. For one thread.

    `engine` is called when there is a rule to evaluate, and not before. `alarm` is told of rules that err. `monotonic`:
    seconds.
    """

    def __init__(
        self,
        facts: Facts,
        ways: Ways,
        engine: Callable[[], PolicyEngine],
        wall: Wall,
        alarm: Alarm,
        monotonic: Callable[[], float],
    ) -> None:
        self._facts, self._ways, self._engine, self._wall = facts, ways, engine, wall
        self._alarm, self._monotonic = alarm, monotonic
        self._book, self._supplies = Rulebook(), NO_SUPPLIES
        self._kept: dict[tuple[str, str, str], _Kept] = {}
        self._told: dict[str, float] = {}

    def put(self, rule: Rule) -> None:
        """Put a rule in force, or a new revision in the place of the former."""
        self._engine()
        self._book.put(rule)
        self._kept.clear()

    def drop(self, rule_id: str) -> None:
        """Withdraw a rule."""
        self._book.drop(rule_id)
        self._kept.clear()

    def forget(self) -> None:
        """Something that rules may ask about has changed, other than an actor."""
        self._kept.clear()

    def supply(self, supplies: Supplies) -> None:
        """What callers may send has changed."""
        self._supplies = supplies

    def sent(self, request: AccessRequest) -> dict[str, dict[str, Value]]:
        """What the caller sent of what is declared, by root: what a record keeps, since rules may have asked for it."""
        if not self._supplies:
            return {}
        return {root: dict(values) for root, values in sent(self._supplies, request).values.items() if values}

    def lacks(self, request: AccessRequest) -> bool:
        """Whether a rule in scope may ask for something that is declared, and of which the request says nothing."""
        if not self._supplies or request.actor not in self._facts.actors:
            return False
        told = sent(self._supplies, request).values
        unsaid = [f"{root}.{name}" for root, name in self._supplies if name not in told[root]]
        return any(
            any(named_in(rule, unsaid))
            for target in self._ways.targets(request)
            for rule in self._book.covering(request.action, target, self._facts.actors[request.actor])
        )

    def review(self, verdict: Verdict, request: AccessRequest) -> Verdict:
        """The verdict, or the refusal by the rules that forbid it. Whoever stands inside may leave nevertheless."""
        if not self._book or not verdict.permit or verdict.reason is Reason.WAY_OUT:
            return verdict
        rulings = list(self._rulings(request))
        if not any(ruling.forbid or ruling.failed for ruling in rulings):
            return verdict
        failed = {name: why for ruling in rulings for name, why in ruling.failed}
        self._tell(failed)
        forbid = {name for ruling in rulings for name in ruling.forbid}
        names = (*sorted(forbid), *sorted(set(failed) - forbid), *((RULE_ERROR,) if failed else ()))
        refusal = Verdict(
            False, Reason.RULE_FORBIDS, (Reason.RULE_FORBIDS, *names), verdict.contract, -1, verdict.target
        )
        return self._ways.way_out(request) or refusal

    def _rulings(self, request: AccessRequest) -> Iterator[Ruling]:
        circumstances: Mapping[str, Any] | None = None
        told: Sent | None = None
        for target in self._ways.targets(request):
            prepared, rules = self._prepared(request, target)
            if prepared is not None:
                told = told or sent(self._supplies, request)
                circumstances = circumstances or self._circumstances(request, told)
                yield prepared.ask(request.action, circumstances)
                if told.misfits:
                    # Cedar compares whatever there is, and finds that 5 is not "closed".
                    yield Ruling((), tuple(_misfit(rules, told.misfits)))

    def _prepared(self, request: AccessRequest, target: str) -> tuple[Prepared | None, tuple[Rule, ...]]:
        actor, standing = self._facts.actors[request.actor], self._facts.standings[request.actor]
        key = (request.actor, request.action, target)
        kept = self._kept.get(key)
        if kept is not None and kept.actor is actor and kept.standing is standing:
            return kept.prepared, kept.rules
        rules = self._book.covering(request.action, target, actor)
        prepared = None
        if rules:
            prepared = self._engine().prepare(rules, _actor(actor, standing), self._resource(target))
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[key] = _Kept(actor, standing, prepared, rules)
        return prepared, rules

    def _resource(self, name: str) -> Entity:
        kind, ident = resource_kind(name), resource_id(name)
        attributes: dict[str, Any] = {"kind": kind, "id": ident}
        place = self._facts.zones.get(ident) if kind == "zone" else None
        if kind == "zone":
            attributes["public"] = place is not None and place.public
        declared = place or (self._facts.doors.get(ident) if kind == "door" else None)
        return Entity(ident, attributes | ({"site": declared.site} if declared else {}))

    def _circumstances(self, request: AccessRequest, told: Sent) -> dict[str, Any]:
        site = self._facts.sites.get(self._facts.actors[request.actor].site)
        found: dict[str, Any] = {"presence": request.presence, "payload": request.payload, "sent": told.values}
        # A rule that asks for the time where there is none fails, as it must: nobody knows what it would have said.
        if is_covered(request.at):
            shown = self._wall(site.timezone if site else "UTC", request.at)
            found["minute"], found["weekday"] = shown.hour * 60 + shown.minute, shown.isoweekday()
            found["date"] = shown.year * 10_000 + shown.month * 100 + shown.day
        if request.ip is not None:
            found["ip"] = address_text(request.ip)
        distance = request.distance_m
        if distance is not None and distance == distance:  # noqa: PLR0124 - NaN is no distance
            found["distance_cm"] = round(max(-MAX_DISTANCE_CM, min(distance * 100, MAX_DISTANCE_CM)))
        if request.resource.startswith("door:"):
            found["door"] = resource_id(request.resource)
        texts = {"task": request.task, "environment": request.environment, "reader": request.reader}
        return found | {name: text for name, text in texts.items() if text is not None}

    def _tell(self, failed: Mapping[str, str]) -> None:
        now = self._monotonic()
        for name, why in failed.items():
            if now - self._told.get(name, -ALARM_EVERY_S) >= ALARM_EVERY_S:
                self._told[name] = now
                text = f"Rule {name} cannot be evaluated; what it is asked about is denied. {why[:300]}"
                self._alarm(Finding("rule_error", Severity.HIGH, text))


def _misfit(rules: tuple[Rule, ...], misfits: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The rules that cannot be answered: what they refer to was sent, but not as what it is declared to be."""
    for rule in rules:
        for path in named_in(rule, misfits):
            yield rule.name, f"{path} was sent, but is not of the type that `supplies` says."


def _actor(actor: Actor, standing: Standing) -> Entity:
    texts = {
        "id": actor.id,
        "type": str(actor.type),
        "site": actor.site,
        "tier": str(actor.tier),
        "owner": actor.owner,
        "contract": actor.contract,
        "environment": actor.environment,
        "zone": standing.zone,
    }
    attributes: dict[str, Any] = {name: text for name, text in texts.items() if text}
    if actor.unit is not None:
        unit = actor.unit
        plate = {"manufacturer": unit.manufacturer, "model": unit.model, "serial": unit.serial}
        plate["supplier"] = unit.supplier or unit.manufacturer
        attributes["unit"] = plate | ({"firmware": unit.firmware} if unit.firmware else {})
    return Entity(actor.id, attributes, (actor.owner,) if actor.owner else ())
