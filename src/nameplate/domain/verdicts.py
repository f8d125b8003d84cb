"""What a decision says. A refusal is a value with reasons, not an exception."""

from enum import StrEnum
from typing import NamedTuple

from .obligations import NO_OBLIGATIONS, Obligations


class Reason(StrEnum):
    """Stable reason codes. The refusals stand in the fixed order in which they are checked."""

    GRANTED = "granted"
    PUBLIC_ZONE = "public_zone"
    WAY_OUT = "way_out"
    OBSERVED = "observed"
    WARNED = "warned"

    UNKNOWN_ACTOR = "unknown_actor"
    STATE = "state"
    CREDENTIAL = "credential"
    CUT_OFF = "cut_off"
    CONTRACT_MISSING = "contract_missing"
    CONTRACT_EXPIRED = "contract_expired"
    LOCKDOWN = "lockdown"
    INTERLOCK = "interlock"
    ANTI_PASSBACK = "anti_passback"
    FIRE = "fire"
    NOT_IN_CONTRACT = "not_in_contract"
    WINDOW = "window"
    NETWORK = "network"
    ENVIRONMENT = "environment"
    TASK = "task"
    PAYLOAD = "payload"
    PRESENCE = "presence"
    NEARNESS = "nearness"
    DUAL_CUSTODY = "dual_custody"
    ESCORT = "escort"
    RATE = "rate"
    WHERE = "where"
    UNLESS = "unless"
    RULE_FORBIDS = "rule_forbids"
    APPROVAL_REQUIRED = "approval_required"
    STALE_SNAPSHOT = "stale_snapshot"

    # Refused before a decision could be made on the merits.
    UNKNOWN_READER = "unknown_reader"
    SIMULATED_EFFECT = "simulated_effect"
    JOURNAL_UNAVAILABLE = "journal_unavailable"
    MALFORMED = "malformed"
    NO_CHALLENGE = "no_challenge"
    LATE = "late"
    REPLAYED = "replayed"
    RELAYED = "relayed"
    UNKNOWN_KEY = "unknown_key"
    WRONG_KEY = "wrong_key"
    CLONED_KEY = "cloned_key"


RULE_ERROR = "rule_error"
"""The finer word behind `rule_forbids` where a rule could not be judged: nobody knows what it would have said."""


class Verdict(NamedTuple):
    """The bare outcome. Verdicts of one contract are shared values: equal outcomes are the same object.

    `reasons`: the reason first, then finer words (such as the state, or what the other grants lacked).
    `contract`: the revision that decided (`pharmacy-runner@3`), empty where none did. `grant`: its position
    there, -1 for none. `target`: the resource that was judged in the end (for a door, the zone beyond it).
    """

    permit: bool
    reason: Reason
    reasons: tuple[str, ...]
    contract: str = ""
    grant: int = -1
    target: str = ""


def hardened(verdict: Verdict) -> Verdict:
    """What a verdict would be where everything is enforced: an observed or warned permit is the refusal it was."""
    reasons = verdict.reasons[1:]
    if verdict.reason not in _SOFTENED or not reasons or reasons[0] in _SOFTENED:
        return verdict
    return verdict._replace(permit=False, reason=Reason(reasons[0]), reasons=reasons)


_SOFTENED = (Reason.OBSERVED, Reason.WARNED)


class Decision(NamedTuple):
    """A verdict that has been recorded. `decision_id` finds it again; a permit may not be used after `expires_at`.

    Times: microseconds since the epoch, UTC. `actor`: whom it is about; an enforcement point that learns the actor
    only from the decision (a door) honours no permit without it. `obligations`: what a permit asks of the point.
    """

    verdict: Verdict
    decision_id: str
    at: int
    expires_at: int
    actor: str = ""
    obligations: Obligations = NO_OBLIGATIONS

    @property
    def permit(self) -> bool:
        """Whether the actor may."""
        return self.verdict.permit
