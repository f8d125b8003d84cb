"""Decisions, and permits that a stop overtook."""

from typing import Any

from nameplate.domain.findings import Severity

from .classes import ACCESS, API, SESSION, Activity, known, other
from .event import FAILURE, HOST, SECURITY_CONTROL, SUCCESS, Draft
from .identities import PHYSICAL, record_device, record_user
from .values import Record, address, amount, number, present, text

VERBS = {"create": 1, "read": 2, "get": 2, "list": 2, "update": 3, "write": 3, "delete": 4}
UNMAPPED = ("grant", "reader", "presence", "environment", "task", "payload", "target", "trace_id")
ALLOWED = {"action_id": 1, "action": "Allowed", "disposition_id": 1, "disposition": "Allowed"}
DENIED = {"action_id": 2, "action": "Denied", "disposition_id": 2, "disposition": "Blocked"}
SOFTENED = {"action_id": 1, "action": "Allowed", "disposition_id": 17, "disposition": "Logged"}
"""Allowed because the point only observes or warns there; it would have been refused."""
OBSERVED = {"action_id": 3, "action": "Observed", "disposition_id": 17, "disposition": "Logged"}


def decision(record: Record) -> list[Draft]:
    """A door's decision is an authorization of a session there; any other resource is called through an API."""
    physical = text(record, "resource").partition(":")[0] in (*PHYSICAL, "")
    rest = _outcome(record) | (_session(record) if physical else _call(record))
    rest |= present(device=record_device(record), unmapped=_unmapped(record))
    permitted, simulated = text(record, "decision") == "permit", record.get("simulated") is True
    severity = Severity.INFO if simulated or (permitted and not _is_softened(record)) else Severity.LOW
    activity = _activity(record, physical=physical, simulated=simulated)
    return [Draft(activity, severity, _sentence(record), rest, text(record, "decision_id"), (HOST, SECURITY_CONTROL))]


def withdrawn(record: Record) -> list[Draft]:
    """The privilege that is taken back is the permit of one decision."""
    ident = text(record, "decision_id") or "unknown"
    message = f"Permit {ident} was withdrawn: an order overtook it"
    rest = {"user": record_user(record), "privileges": [f"permit {ident}"], **SUCCESS}
    rest |= present(unmapped=present(stop=text(record, "stop"), reason=text(record, "reason")))
    return [Draft(known(ACCESS, 2), Severity.MEDIUM, message, rest, text(record, "decision_id"))]


def _activity(record: Record, *, physical: bool, simulated: bool) -> Activity:
    """A simulation must not be counted as what it simulates."""
    if simulated:
        return other(SESSION if physical else API, "Simulate")
    action = text(record, "action")
    if physical:
        return known(SESSION, 1)
    return known(API, VERBS[action]) if action in VERBS else other(API, action or "unknown")


def _outcome(record: Record) -> dict[str, Any]:
    """Status, reason and policy: alike for both classes."""
    permitted = text(record, "decision") == "permit"
    contract = text(record, "contract_revision") or number(record, "contract_revision")
    policy = present(name="contract", version=str(contract)) if contract else {}
    effect = (SOFTENED if _is_softened(record) else ALLOWED) if permitted else DENIED
    return {
        **(SUCCESS if permitted else FAILURE),
        **(OBSERVED if record.get("simulated") is True else effect),
        "authorizations": [present(decision="permit" if permitted else "deny", policy=policy)],
        **present(status_code=text(record, "reason"), status_detail=_reasons(record)),
    }


def _is_softened(record: Record) -> bool:
    return text(record, "reason") in ("observed", "warned")


def _session(record: Record) -> dict[str, Any]:
    who = record_user(record)
    privilege = f"{text(record, 'action') or 'enter'} {text(record, 'target') or text(record, 'resource') or 'unknown'}"
    return {
        "user": who,
        "actor": {"user": who},
        "privileges": [privilege],
        "src_endpoint": _source(record),
        "dst_endpoint": present(uid=text(record, "resource") or "unknown", type="Door", svc_name=text(record, "point")),
    }


def _call(record: Record) -> dict[str, Any]:
    resource = text(record, "resource")
    request = text(record, "request_id") or text(record, "decision_id")
    service = present(name=text(record, "point"))
    return {
        "actor": {"user": record_user(record)},
        "api": present(operation=text(record, "action") or "unknown", service=service, request=present(uid=request)),
        "src_endpoint": _source(record),
        "resources": [{"uid": resource, "type": resource.partition(":")[0], "role_id": 1, "role": "Target"}],
    }


def _source(record: Record) -> dict[str, Any]:
    """Where the request came from: its address if it had one, else the reader or point through which it came in."""
    way_in = "/".join(filter(None, (text(record, "point"), text(record, "reader"))))
    return present(ip=address(record, "ip"), uid=text(record, "actor"), interface_uid=way_in or "unknown")


def _reasons(record: Record) -> str:
    """All reason codes, the decisive one first."""
    reasons = record.get("reasons")
    codes = [code for code in reasons if isinstance(code, str)] if isinstance(reasons, list | tuple) else []
    return text({"all": ", ".join(dict.fromkeys((text(record, "reason"), *codes))).strip(", ")}, "all")


def _unmapped(record: Record) -> dict[str, Any]:
    """What OCSF has no place for."""
    texts = {name: text(record, name) for name in UNMAPPED}
    numbers = {"counter": number(record, "counter"), "distance_m": amount(record, "distance_m")}
    simulated = True if record.get("simulated") is True else None
    return present(**(texts | numbers | {"simulated": simulated}))


def _sentence(record: Record) -> str:
    verdict = "permitted" if text(record, "decision") == "permit" else "denied"
    who = text(record, "actor") or "An unidentified presentation"
    what = f"{text(record, 'action') or 'enter'} {text(record, 'resource') or 'unknown'}"
    mark = " (simulated)" if record.get("simulated") is True else ""
    return f"{who}: {what} {verdict} ({text(record, 'reason') or 'no reason given'}){mark}"
