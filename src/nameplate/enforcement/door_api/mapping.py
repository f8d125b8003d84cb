"""What a decision makes of a call. Pure functions."""

from collections.abc import Mapping

from nameplate.domain.verdicts import Decision


def obstacle(decision: Decision, now: int, cut_offs: Mapping[str, int]) -> str:
    """Why no call is made, or nothing. A stop that arrived while the decision was under way wins over it."""
    if not decision.permit:
        return str(decision.verdict.reason)
    if not decision.actor:
        return "nameless"
    if decision.at <= cut_offs.get(decision.actor, -1):
        return "stopped"
    return "expired" if now >= decision.expires_at else ""
