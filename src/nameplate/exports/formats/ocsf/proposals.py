"""Risky acts: who proposed them, who approved them with a passkey, and what became of them."""

from typing import Any

from nameplate.domain.findings import Severity

from .classes import ENTITY, Activity, other
from .event import FAILURE, SUCCESS, Draft
from .identities import ordered_by
from .values import Record, number, present, text, texts

ENDED_WELL = frozenset({"done", "withdrawn"})


def in_charge(record: Record) -> list[Draft]:
    """From the first owner on the user of the machine only proposes."""
    ident = text(record, "person") or "unknown"
    user = {"uid": ident, "name": ident, "type_id": 1, "type": "User"}
    rest = {"entity": {"uid": ident, "name": ident, "type_id": 2, "type": "User", "user": user}, **SUCCESS}
    message = f"{ident} is in charge: what is risky takes a person from now on"
    return [Draft(other(ENTITY, "Take charge"), Severity.HIGH, message, rest)]


def proposed(record: Record) -> list[Draft]:
    """Something waits for people."""
    return [_proposal(record, other(ENTITY, "Propose"), Severity.LOW, "is proposed")]


def proposal_approved(record: Record) -> list[Draft]:
    """A person has approved something, with a proof that anybody can check."""
    return [_proposal(record, other(ENTITY, "Approve"), Severity.MEDIUM, "is approved")]


def proposal_closed(record: Record) -> list[Draft]:
    """It was carried out, or is over without that."""
    outcome = text(record, "outcome") or "over"
    return [_proposal(record, other(ENTITY, "Close proposal"), Severity.LOW, f"is {outcome}")]


def _proposal(record: Record, activity: Activity, severity: Severity, done: str) -> Draft:
    ident = text(record, "proposal") or "unknown"
    entity = {"uid": f"proposal:{ident}", "name": ident, "type_id": 99, "type": "Proposal"}
    well = text(record, "outcome") in ENDED_WELL or not text(record, "outcome")
    rest: dict[str, Any] = {"entity": entity | present(data=present(digest=text(record, "digest")))}
    rest |= {**(SUCCESS if well else FAILURE), **present(comment=text(record, "summary"))}
    who = text(record, "by") or (f"person:{text(record, 'person')}" if text(record, "person") else "")
    rest |= {"actor": ordered_by({**record, "by": who})} if who else {}
    names = ("act", "method", "path", "expires_at", "outcome", "passkey", "nonce", "signature")
    more = present(**{name: text(record, name) for name in names}, approvers=texts(record, "approvers"))
    rest |= present(unmapped=more | present(needed=number(record, "needed"), status=number(record, "status")))
    return Draft(activity, severity, f"Proposal {ident} {done}", rest, ident)
