"""A verdict in plain English: what decided, what was wanted and found, and what would have allowed it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .actors import Actor, Standing
from .conditions import MISSING, find, matches
from .contracts import Contract, During, Grant, Rate, Scheduled, Test, Window
from .hours import DAYS, clock_text, during_text, listed
from .networks import address_text
from .reference import Facts, Wall, failed_checks
from .requests import AccessRequest
from .verdicts import Reason, Verdict, hardened
from .windows import is_covered

_PERIODS = {1: "second", 60: "minute", 3_600: "hour", 86_400: "day"}


class Explanation(NamedTuple):
    """`sentence` says all. `grant`: the position in `contract` of the grant that decided, -1 for none.

    `wanted` and `found` belong to the check that failed. `remedy`: what would have allowed it, empty for a permit.
    """

    sentence: str
    contract: str = ""
    grant: int = -1
    wanted: str = ""
    found: str = ""
    remedy: str = ""


class _Case(NamedTuple):
    request: AccessRequest
    verdict: Verdict
    facts: Facts
    wall: Wall
    actor: Actor
    standing: Standing

    @property
    def contract(self) -> Contract | None:
        """The contract that decided; None where that revision is gone."""
        contract = self.facts.contracts.get(self.verdict.contract.rpartition("@")[0])
        return contract if contract is not None and contract.name == self.verdict.contract else None


class _Gap(NamedTuple):
    """What a check wanted and found. `cure` continues "It would have been allowed"."""

    wanted: str
    found: str
    cure: str
    verb: str = "asks for"


class _Why(NamedTuple):
    """A refusal that rests on no grant. `why` continues "it was refused:"."""

    why: str
    remedy: str


def explain(request: AccessRequest, verdict: Verdict, facts: Facts, wall: Wall) -> Explanation:
    """Explain `verdict` about `request` from `facts`, which should be those that it was decided on."""
    actor, standing = facts.actors.get(request.actor), facts.standings.get(request.actor)
    if hardened(verdict) is not verdict:
        return _softened(request, verdict, facts, wall)
    if verdict.permit:
        return Explanation(
            f"{_head(request, verdict)}: {_permitted(request, verdict)}", verdict.contract, verdict.grant
        )
    if actor is None or standing is None:
        return _bare(request, verdict, _FIXED.get(verdict.reason, _FIXED[Reason.UNKNOWN_ACTOR]))
    case = _Case(request, verdict, facts, wall, actor, standing)
    if verdict.grant >= 0:
        return _by_grant(case)
    special = _SPECIAL.get(verdict.reason)
    return _bare(request, verdict, special(case) if special else _FIXED.get(verdict.reason, _UNNAMED))


def _head(request: AccessRequest, verdict: Verdict) -> str:
    target = verdict.target or request.resource
    through = "" if target == request.resource else f" through {request.resource}"
    who = request.actor or "An actor that did not prove who it is"
    return f"{who} {'may' if verdict.permit else 'may not'} {request.action} {target}{through}"


def _softened(request: AccessRequest, verdict: Verdict, facts: Facts, wall: Wall) -> Explanation:
    refused = explain(request, hardened(verdict), facts, wall)
    does = "only observes" if verdict.reason is Reason.OBSERVED else "only warns"
    sentence = f"{_head(request, verdict)}: the point {does} there. Enforced: {refused.sentence}"
    return refused._replace(sentence=sentence)


def _permitted(request: AccessRequest, verdict: Verdict) -> str:
    grant = f"grant {verdict.grant + 1} of {verdict.contract}"
    if verdict.reason is Reason.PUBLIC_ZONE:
        return f"it is public, and {request.actor} stood at a reader."
    if verdict.reason is Reason.WAY_OUT:
        return f"it stood inside and may always leave towards what {grant} names."
    return f"{grant} allows it."


def _bare(request: AccessRequest, verdict: Verdict, why: _Why) -> Explanation:
    sentence = f"{_head(request, verdict)}: {why.why}. {why.remedy}"
    return Explanation(sentence, verdict.contract, -1, "", "", why.remedy)


def _by_grant(case: _Case) -> Explanation:
    verdict, contract = case.verdict, case.contract
    name = f"grant {verdict.grant + 1} of {verdict.contract}"
    if contract is None or verdict.grant >= len(contract.grants) or verdict.reason not in _GAPS:
        why = _Why(
            f"{name} failed at {verdict.reason}",
            "That revision is no longer in force: ask again to see what holds now.",
        )
        return _bare(case.request, verdict, why)._replace(grant=verdict.grant)
    grant = contract.grants[verdict.grant]
    gap = _GAPS[verdict.reason](grant, case)
    cures = [gap.cure, *(_GAPS[reason](grant, case).cure for reason in _others(grant, case))]
    remedy = f"It would have been allowed {listed(cures, 'and')}."
    sentence = f"{_head(case.request, verdict)}: {name} {gap.verb} {gap.wanted}; {gap.found}. {remedy}"
    return Explanation(sentence, verdict.contract, verdict.grant, gap.wanted, gap.found, remedy)


def _others(grant: Grant, case: _Case) -> list[Reason]:
    """What the grant would have refused next."""
    failed = failed_checks(grant, case.facts, case.request, case.wall, case.actor, case.standing)
    return [reason for reason in failed if reason is not case.verdict.reason]


def _window(grant: Grant, case: _Case) -> _Gap:
    wanted = listed([during_text(during) for during in grant.during], "or")
    if not is_covered(case.request.at):
        return _Gap(wanted, "the time asked for lies outside 2000 to 2100", "within those years", "holds")
    zones = dict.fromkeys(_timezone(during, case) for during in grant.during)
    shown = [case.wall(zone, case.request.at) for zone in zones]
    dated = "" if all(isinstance(each, Window) and not each.exceptions for each in grant.during) else "%Y-%m-%d "
    found = listed([f"{DAYS[each.weekday()]} {each.strftime(dated + '%H:%M')}" for each in shown], "or")
    return _Gap(wanted, f"it was {found}", _when_open(grant, case), "holds")


def _timezone(during: During, case: _Case) -> str:
    if isinstance(during, Window):
        return during.timezone
    calendar = case.facts.calendars.get(during.schedule)
    site = case.facts.sites.get(calendar.site) if calendar else None
    return (calendar.timezone if calendar else "") or (site.timezone if site else "UTC")


def _when_open(grant: Grant, case: _Case) -> str:
    """When it opens next, as far as weekly windows alone tell."""
    plain = [each for each in grant.during if isinstance(each, Window) and not each.exceptions]
    if len(plain) < len(grant.during):
        names = [name for each in grant.during for name in _names(each)]
        return f"within those hours (calendars: {', '.join(dict.fromkeys(names))})"
    _, day, start = min(_opening(window, case) for window in plain)
    return f"on {DAYS[day]} from {clock_text(start)}"


def _names(during: During) -> tuple[str, ...]:
    return (*((during.schedule,) if isinstance(during, Scheduled) else ()), *during.exceptions)


def _opening(window: Window, case: _Case) -> tuple[int, int, int]:
    """Local minutes until the window opens next, the weekday and the minute of the day."""
    shown = case.wall(window.timezone, case.request.at)
    now = shown.weekday() * 1_440 + shown.minute + shown.hour * 60
    return min(((day * 1_440 + window.start - now) % 10_080, day, window.start) for day in window.days)


def _network(grant: Grant, case: _Case) -> _Gap:
    networks = listed([str(network) for network in grant.networks], "or")
    ip = case.request.ip
    found = "no address was given" if ip is None else f"it was {address_text(ip)}"
    return _Gap(f"an address in {networks}", found, f"from an address in {networks}")


def _environment(grant: Grant, case: _Case) -> _Gap:
    names = listed(grant.environments, "or")
    return _Gap(f"the environment {names}", _it_was(case.request.environment), f"from the environment {names}")


def _task(_grant: Grant, _case: _Case) -> _Gap:
    return _Gap("a task", "none was given", "with a task")


def _payload(grant: Grant, case: _Case) -> _Gap:
    names = listed(grant.payloads, "or")
    return _Gap(f"the payload {names}", _it_was(case.request.payload), f"with the payload {names}")


def _presence(_grant: Grant, case: _Case) -> _Gap:
    return _Gap("presence at a reader", _came(case), "at a reader")


def _nearness(grant: Grant, case: _Case) -> _Gap:
    distance = case.request.distance_m
    found = "no distance was given" if distance is None else f"it was {distance:g} m"
    return _Gap(f"at most {grant.near_m:g} m", found, f"within {grant.near_m:g} m")


def _custody(grant: Grant, _case: _Case) -> _Gap:
    wanted = f"two at the same reader within {grant.custody_s:g} s"
    return _Gap(wanted, "nobody else was there", "as the second of two")


def _escort(grant: Grant, _case: _Case) -> _Gap:
    wanted = f"an escort at the same reader within the {grant.escort_s:g} s before"
    return _Gap(wanted, "there was none", "with an escort")


def _rate(grant: Grant, _case: _Case) -> _Gap:
    rate = grant.rate or Rate(0, 0)
    period = _PERIODS.get(rate.seconds, f"{rate.seconds} seconds")
    limit = f"{rate.limit} permit{'' if rate.limit == 1 else 's'}"
    cure = f"with fewer than {limit} in the {period} before"
    return _Gap(f"{limit} in any {period}", "they were used up", cure, "allows")


def _where(grant: Grant, case: _Case) -> _Gap:
    test = next((test for test in grant.where if not matches(test, _value(test, case))), grant.where[0])
    wanted = f"{'.'.join(test.path)} {_test_text(test)}"
    return _Gap(wanted, _it_was(_value(test, case)), f"with {wanted}")


def _unless(grant: Grant, case: _Case) -> _Gap:
    test = next((test for test in grant.unless if matches(test, _value(test, case))), grant.unless[0])
    wanted = f"{'.'.join(test.path)} {_test_text(test)}"
    return _Gap(wanted, _it_was(_value(test, case)), f"without {wanted}", "refuses")


def _approval(grant: Grant, _case: _Case) -> _Gap:
    wanted = f"{grant.approvals} approval{'' if grant.approvals == 1 else 's'}"
    return _Gap(wanted, "there was none", f"with {wanted}")


_GAPS: Mapping[Reason, Callable[[Grant, _Case], _Gap]] = {
    Reason.WINDOW: _window,
    Reason.NETWORK: _network,
    Reason.ENVIRONMENT: _environment,
    Reason.TASK: _task,
    Reason.PAYLOAD: _payload,
    Reason.PRESENCE: _presence,
    Reason.NEARNESS: _nearness,
    Reason.DUAL_CUSTODY: _custody,
    Reason.ESCORT: _escort,
    Reason.RATE: _rate,
    Reason.WHERE: _where,
    Reason.UNLESS: _unless,
    Reason.APPROVAL_REQUIRED: _approval,
}


def _state(case: _Case) -> _Why:
    finer = case.verdict.reasons[-1]
    if finer == "past_retire_by":
        return _Why(f"it was to be retired by {case.actor.retire_by}", "Declare a later retire_by if it is to stay.")
    return _Why(f"its state was {finer}, and only an active actor may act", f"Activate {case.actor.id} to let it act.")


def _missing(case: _Case) -> _Why:
    name = case.actor.contract
    why = f"its contract {name} is not declared" if name else "it has no contract"
    return _Why(
        why, f"Declare the contract {name}." if name else f"Name a contract in the manifest of {case.actor.id}."
    )


def _expired(case: _Case) -> _Why:
    contract = case.contract
    on = f" on {contract.expires}" if contract else ""
    return _Why(f"the contract {case.verdict.contract} expired{on}", "Declare it with a later date, or without one.")


def _unnamed_in_contract(case: _Case) -> _Why:
    request, target = case.request, case.verdict.target or case.request.resource
    why = f"no grant of {case.verdict.contract} names {request.action} on it"
    return _Why(why, f"A grant of actions: [{request.action}] on resources: [{target}] would allow it.")


def _reader(case: _Case) -> _Why:
    reader = case.request.reader
    which = f"no reader {reader}" if reader else "no reader"
    return _Why(
        f"{case.request.resource} has {which} on either side", "Ask with the id of a reader that the door declares."
    )


def _public(case: _Case) -> _Why:
    why = f"it is public to actors at a reader; {_came(case)}"
    return _Why(why, "It would have been allowed at a reader.")


def _lockdown(case: _Case) -> _Why:
    finer, zone = case.verdict.reasons[-1], case.verdict.target.removeprefix("zone:")
    if finer.startswith("threat_"):
        level = finer.removeprefix("threat_")
        why = f"the threat level was {level}, and no grant of {case.verdict.contract} that names it holds so far"
        return _Why(why, f"Wait until the level is lower, or let the grant hold `up_to: {level}`.")
    lockdown = case.facts.lockdowns.get(zone)
    why = f"{zone} is locked down ({lockdown.reason})" if lockdown else f"{zone} was locked down"
    return _Why(why, f"A person can lift it: nameplate zone release {zone} --reason ...")


def _interlock(case: _Case) -> _Why:
    other = case.verdict.reasons[-1]
    why = f"{other}, which is interlocked with it, was open, in use or out of sight"
    return _Why(why, f"Wait until {other} has closed.")


def _anti_passback(case: _Case) -> _Why:
    why = "by its last passage it was inside already"
    who = case.actor.id
    return _Why(why, f"If it is not, a person can correct it: nameplate actor place {who} --zone ZONE --reason ...")


def _rule(case: _Case) -> _Why:
    names = [name for name in case.verdict.reasons[1:] if name != "rule_error"]
    rules = [f"rule {name}" for name in names] or ["a rule"]
    if "rule_error" in case.verdict.reasons:
        failed = f"{listed(rules, 'or')} could not be evaluated, and then what it covers is denied"
        return _Why(failed, "Correct the rule; the finding rule_error says what was wrong.")
    return _Why(f"{listed(rules, 'and')} {'forbids' if len(rules) == 1 else 'forbid'} it", "See `nameplate rule list`.")


_SPECIAL: Mapping[Reason, Callable[[_Case], _Why]] = {
    Reason.STATE: _state,
    Reason.CONTRACT_MISSING: _missing,
    Reason.CONTRACT_EXPIRED: _expired,
    Reason.LOCKDOWN: _lockdown,
    Reason.INTERLOCK: _interlock,
    Reason.ANTI_PASSBACK: _anti_passback,
    Reason.NOT_IN_CONTRACT: _unnamed_in_contract,
    Reason.UNKNOWN_READER: _reader,
    Reason.PRESENCE: _public,
    Reason.RULE_FORBIDS: _rule,
}

_UNNAMED = _Why("it was refused", "See its reason code.")
_AGAIN = "Present again, with the challenge that the reader sends then."
_FIXED: Mapping[Reason, _Why] = {
    Reason.UNKNOWN_ACTOR: _Why("no actor of that name is declared", "Declare it, or correct the name."),
    Reason.CREDENTIAL: _Why("its credential is not valid", "Ask with a credential that is issued to it and in force."),
    Reason.CUT_OFF: _Why("its credential is from before its last stop", "Ask with a credential issued since."),
    Reason.FIRE: _Why("a fire alarm is active at that site, and robots may only leave", "Wait until it is over."),
    Reason.RULE_FORBIDS: _Why("a rule forbids it", "Look up the rule, or ask its owner."),
    Reason.STALE_SNAPSHOT: _Why(
        "what it would have been decided on was too old",
        "Restore the link to whom it comes from, or let them say anew what holds.",
    ),
    Reason.SIMULATED_EFFECT: _Why(
        "a caller made for simulation cannot open anything", "Ask with a caller that is not."
    ),
    Reason.JOURNAL_UNAVAILABLE: _Why(
        "the decision could not be recorded", "Free disk space or repair the journal, then ask again."
    ),
    Reason.MALFORMED: _Why("what it sent cannot be read", "Use the message layout of this version."),
    Reason.NO_CHALLENGE: _Why("no challenge was open at that reader", _AGAIN),
    Reason.LATE: _Why("its answer came too late", _AGAIN),
    Reason.REPLAYED: _Why("its answer was used before", _AGAIN),
    Reason.RELAYED: _Why("its answer was made for another place", "Present at the reader where it stands."),
    Reason.UNKNOWN_KEY: _Why("its key is bound to no actor", "Enrol the unit."),
    Reason.WRONG_KEY: _Why(
        "its signature does not fit the bound key",
        "Check which unit this is, and enrol it again if its key was replaced.",
    ),
    Reason.CLONED_KEY: _Why(
        "its counter went back, as a copied key's would", "Quarantine the actor and enrol the unit with a new key."
    ),
}


def _test_text(test: Test) -> str:
    if test.values is not None:
        return listed([_value_text(value) for value in test.values], "or") or "(no value at all)"
    low, high = (None if bound is None else f"{bound:g}" for bound in (test.low, test.high))
    if low is not None and high is not None:
        return f"from {low} to {high}"
    return f"up to {high}" if high is not None else f"from {low}" if low is not None else "any number"


def _value(test: Test, case: _Case) -> object:
    return find(test.path, case.request, case.actor, case.standing)


def _it_was(value: object) -> str:
    return "none was given" if value is None or value is MISSING else f"it was {_value_text(value)}"


def _value_text(value: object) -> str:
    names: dict[object, str] = {True: "true", False: "false"}
    return "null" if value is None else names[value] if isinstance(value, bool) else str(value)


def _came(case: _Case) -> str:
    presence = case.request.presence
    return "the request came over the network" if presence == "remote" else f"it was {presence}"
