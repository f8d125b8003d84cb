"""What a decision makes of a call. Pure functions."""

from collections.abc import Mapping

from nameplate.domain.verdicts import Decision, Reason


def obstacle(decision: Decision, now: int, cut_offs: Mapping[str, int]) -> str:
    """Why no call is made, or nothing. A stop, or a lockdown, that arrived meanwhile wins over the decision."""
    if not decision.permit:
        return str(decision.verdict.reason)
    if not decision.actor:
        return "nameless"
    if decision.at <= cut_offs.get(decision.actor, -1):
        return "stopped"
    if _leads_into_lockdown(decision, cut_offs):
        return Reason.LOCKDOWN.value
    return "expired" if now >= decision.expires_at else ""


def _leads_into_lockdown(decision: Decision, cut_offs: Mapping[str, int]) -> bool:
    target = decision.verdict.target
    if target.startswith("zone:"):
        return decision.at <= cut_offs.get(target, -1)
    # Granted as the door itself: where it leads is not known here, so any lockdown since then counts.
    return any(decision.at <= cut_off for name, cut_off in cut_offs.items() if name.startswith("zone:"))
