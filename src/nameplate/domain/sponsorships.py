"""Who answers for an actor when its owner or its sponsor has left: a successor who must say yes within a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .timestamps import moment

TEAM = "team:"
"""How `former` begins where it was the owning team that has left."""


class Handover(StrEnum):
    """How far a succession has got. `lapsed`: nobody said yes in time."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"


class Orphanhood(StrEnum):
    """Why nobody answers for an actor, the gravest first."""

    NO_OWNER = "no_owner"
    OWNER_EMPTY = "owner_empty"
    NO_SPONSOR = "no_sponsor"
    SPONSOR_LEFT = "sponsor_left"
    SPONSOR_MOVED = "sponsor_moved"
    SPONSOR_UNKNOWN = "sponsor_unknown"


@dataclass(frozen=True, slots=True)
class Sponsorship:
    """The succession of who answered for `actor`. `former`: a person by pseudonym, or TEAM and the id of a team.

    `successor`: a person by pseudonym; may be nobody. `until`: when it lapses. Times: microseconds, UTC.
    """

    actor: str
    former: str
    successor: str
    until: int
    since: int
    state: Handover = Handover.OFFERED


def told(sponsorships: dict[str, Sponsorship], record: Mapping[str, Any]) -> str:
    """Take in a record of the kind `sponsorship`. Returns the actor. A lapsed one can still be accepted."""
    actor, state, at = str(record["actor"]), record["state"], moment(record["at"])
    former = sponsorships.get(actor)
    if state == "ended":
        sponsorships.pop(actor, None)
    elif state == Handover.OFFERED:
        who = str(record["former"]), str(record["successor"])
        sponsorships[actor] = Sponsorship(actor, *who, moment(record["until"]), at)
    elif former is not None:
        sponsorships[actor] = replace(former, state=Handover(state), since=at)
    return actor
