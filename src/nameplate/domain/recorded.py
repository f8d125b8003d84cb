"""From the record of a decision back to what was asked and what was answered."""

from collections.abc import Mapping
from typing import Any

from .networks import parse_address
from .requests import AccessRequest
from .timestamps import parse_rfc3339
from .verdicts import Reason, Verdict

_PLACES = {"action": "action_properties", "resource": "resource_properties", "context": "context"}


def question(record: Mapping[str, Any]) -> AccessRequest:
    """What was asked, as far as the record keeps it: of the caller's own properties those that are declared."""
    at = record.get("simulated_at") or parse_rfc3339(record["at"]) or 0
    names = ("environment", "task", "payload", "presence", "reader", "distance_m")
    known = {name: record[name] for name in names if name in record}
    ip = parse_address(record["ip"]) if "ip" in record else None
    sent = record.get("sent", {})
    known |= {name: sent[root] for root, name in _PLACES.items() if root in sent}
    return AccessRequest(record["actor"], record["action"], record["resource"], at, ip=ip, **known)


def outcome(record: Mapping[str, Any]) -> Verdict:
    """What was answered."""
    permit, reasons = record["decision"] == "permit", tuple(record["reasons"])
    return Verdict(
        permit,
        Reason(record["reason"]),
        reasons,
        record["contract_revision"],
        record.get("grant", -1),
        record.get("target", ""),
    )
