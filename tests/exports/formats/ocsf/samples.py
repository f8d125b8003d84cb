"""One record for each row of docs/reference/events.md, and the published schema to hold their events against."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from ocsf_json_schema.embedded import OcsfJsonSchemaEmbedded  # type: ignore[import-untyped]
from ocsf_json_schema.loader import get_ocsf_schema  # type: ignore[import-untyped]

from nameplate.domain.lockdowns import Threat
from nameplate.domain.outcomes import Happening
from nameplate.domain.proposals import Outcome
from nameplate.exports.formats.ocsf import VERSION, Ocsf
from nameplate.ports.sink import Event

AT = "2026-11-22T19:04:05.123456Z"
UNIT = "Acme/T3/T3-00417"
ENCODE = Ocsf("clinic-1", "0.1.0")
DECISION = {
    "kind": "decision",
    "decision_id": "01JDD8",
    "decision": "permit",
    "reason": "granted",
    "reasons": ["granted"],
    "actor": "amr-17",
    "unit": UNIT,
    "action": "enter",
    "resource": "door:L1-pharmacy-entrance",
    "target": "zone:pharmacy",
    "point": "door-controller-1",
    "contract_revision": 3,
    "reader": "r1",
    "presence": "reader",
    "key": "9f2c",
    "counter": 41,
}
CALL = {"resource": "node:agv-line/ns=2;s=Speed", "target": "", "reader": "", "action": "write", "ip": "10.20.0.7"}
REFUSED = {"decision": "deny", "reason": "window", "reasons": ["window", "rate"]}
STATE = {
    "kind": "state",
    "by": "uid:0",
    "reason": "Battery on fire",
    "actors": [{"id": "amr-17", "from": "active", "unit": UNIT}],
}
STOP = {"stop": "01JDS1", "cut_off": AT}
OUTCOME = {
    "kind": "outcome",
    "point": "door-controller-1",
    "door": "L1-pharmacy-entrance",
    "reader": "r1",
    "point_at": AT,
}
PASSAGE = {
    "actor": "amr-17",
    "unit": UNIT,
    "decision_id": "01JDD8",
    "from_zone": "corridor-north",
    "to_zone": "pharmacy",
}
ACTOR = {
    "kind": "Actor",
    "id": "amr-17",
    "type": "robot",
    "unit": {"manufacturer": "Acme", "model": "T3", "serial": "T3-00417"},
    "owner": "pharmacy-ops",
}
FINDING = {
    "kind": "finding",
    "finding": "cloned_key",
    "text": "One key was seen at two doors",
    "actor": "amr-17",
    "unit": UNIT,
}

ALARM = {
    "kind": "alarm",
    "alarm": "alarm-3f2a9c1b",
    "name": "door_forced",
    "severity": "high",
    "title": "Door forced open",
    "text": "Door forced open: L1-pharmacy-entrance",
    "site": "clinic",
    "door": "L1-pharmacy-entrance",
    "point": "door-controller-1",
}
STAGES: dict[str, dict[str, str]] = {
    "raised": {},
    "acknowledged": {"by": "uid:0", "reason": "The wind"},
    "cleared": {},
}


PERSON = {"kind": "person", "person": "p-0a1b2c3d", "bridge": "idp", "addresses": ["never-shown-3"], "groups": ["ops"]}
PASSKEY = {"passkey": "Zm9v", "person": "p-0a1b2c3d"}
SESSION = {"session": "never-shown-6", "person": "p-0a1b2c3d"}


def _declared(**change: Any) -> dict[str, Any]:
    return {"kind": "declared", "by": "uid:0", "changes": [change]}


def _contract(revision: int) -> dict[str, Any]:
    return _declared(op="put", doc={"kind": "Contract", "id": "pharmacy-runner"}, revision=revision)


CASES: dict[tuple[str, str], dict[str, Any]] = {
    ("decision", "door, zone or lift, permit"): DECISION,
    ("decision", "door, zone or lift, deny"): DECISION | REFUSED,
    ("decision", "door, zone or lift, nobody identified"): DECISION
    | REFUSED
    | {"actor": "", "unit": "", "reason": "late"},
    ("decision", "other resource, action `create`"): DECISION | CALL | {"action": "create"},
    ("decision", "other resource, action `read`, `get` or `list`"): DECISION | CALL | {"action": "read"},
    ("decision", "other resource, action `update` or `write`"): DECISION | CALL,
    ("decision", "other resource, action `delete`, deny"): DECISION | CALL | REFUSED | {"action": "delete"},
    ("decision", "other resource, any other action, such as `call`"): DECISION | CALL | {"action": "call"},
    ("decision", "simulated, door"): DECISION | {"simulated": True},
    ("decision", "simulated, other resource"): DECISION | CALL | REFUSED | {"simulated": True},
    ("withdrawn", ""): {"kind": "withdrawn", "decision_id": "01JDD8", "actor": "amr-17", "reason": "lockdown"},
    ("state", "activate"): STATE | {"order": "activate", "to": "active"},
    ("state", "suspend"): STATE | STOP | {"order": "suspend", "to": "suspended"},
    ("state", "repair"): STATE | STOP | {"order": "repair", "to": "in_repair"},
    ("state", "transfer"): STATE | STOP | {"order": "transfer", "to": "in_transfer"},
    ("state", "quarantine"): STATE | STOP | {"order": "quarantine", "to": "quarantined"},
    ("state", "retire"): STATE | STOP | {"order": "retire", "to": "retired"},
    ("receipt", ""): {
        "kind": "receipt",
        "stop": "01JDS1",
        "point": "door-controller-1",
        "received_at": AT,
        "applied_at": AT,
        "ms": 1.25,
        "key": "c0ffee",
        "signature": "51697",
    },
    ("enrolment_offered", ""): {
        "kind": "enrolment_offered",
        "actor": "amr-17",
        "code_hash": "never-shown-1",
        "expires_at": AT,
        "by": "uid:0",
    },
    ("succession_approved", ""): {
        "kind": "succession_approved",
        "actor": "amr-17b",
        "succeeds": "amr-17",
        "unit": UNIT,
        "by": "uid:0",
        "reason": "new control board",
    },
    ("sponsorship", "offered"): {
        "kind": "sponsorship",
        "actor": "amr-17",
        "state": "offered",
        "former": "p-ffffffffffffffffffff",
        "successor": "p-0123456789abcdef0123",
        "until": AT,
    },
    ("sponsorship", "accepted"): {
        "kind": "sponsorship",
        "actor": "amr-17",
        "state": "accepted",
        "by": "p-0123456789abcdef0123",
    },
    ("sponsorship", "lapsed"): {"kind": "sponsorship", "actor": "amr-17", "state": "lapsed"},
    ("sponsorship", "ended"): {"kind": "sponsorship", "actor": "amr-17", "state": "ended"},
    ("reviewed", ""): {
        "kind": "reviewed",
        "actor": "amr-17",
        "by": "p-0123456789abcdef0123",
        "reason": "still carries medication",
    },
    ("key_bound", ""): {"kind": "key_bound", "actor": "amr-17", "handle": "9f2c", "public": "02ab", "unit": UNIT},
    ("caller", ""): {"kind": "caller", "name": "door-controller-1", "token_hash": "never-shown-2", "simulate": False},
    ("declared", "put, first revision"): _contract(1),
    ("declared", "put, later revision"): _contract(4),
    ("declared", "put, without a revision"): _declared(op="put", doc=ACTOR),
    ("declared", "delete"): _declared(op="delete", kind="Team", id="pharmacy-ops"),
    **{("outcome", f"`{each}`"): OUTCOME | {"happening": each.value} for each in Happening},
    ("outcome", "`passage`"): OUTCOME | PASSAGE | {"happening": "passage"},
    ("panel_event", ""): {
        "kind": "panel_event",
        "feed": "panel-events",
        "door": "L1-pharmacy-entrance",
        "event": "granted",
        "actor": "amr-17",
        "panel_at": AT,
        "decision_id": "01JDD8",
    },
    **{("finding", each): FINDING | {"severity": each} for each in ("info", "low", "medium", "high", "critical")},
    ("sink_test", ""): {"kind": "sink_test", "sink": "siem", "by": "uid:0"},
    **{
        ("zone_state", case): {
            "kind": "zone_state",
            "to": to,
            "zones": ["pharmacy"],
            "by": "uid:0",
            "reason": "Intruder",
        }
        for case, to in (("lockdown", "locked"), ("release", "open"))
    },
    **{
        ("threat", level): {
            "kind": "threat",
            "site": "clinic",
            "from": "normal",
            "to": level,
            "by": "uid:0",
            "reason": "Intruder",
        }
        for level in Threat
    },
    ("placed", ""): {
        "kind": "placed",
        "actor": "amr-17",
        "from": "corridor-north",
        "zone": "pharmacy",
        "by": "uid:0",
        "reason": "Carried in",
    },
    ("floor_plan", ""): {
        "kind": "floor_plan",
        "site": "clinic",
        "sha256": "ab" * 32,
        "scale": None,
        "by": "uid:0",
    },
    **{("alarm", each): ALARM | {"state": each} | more for each, more in STAGES.items()},
    ("checkpoint", ""): {
        "kind": "checkpoint",
        "note": "nameplate/clinic-1\n7\nAAAA\n\n\u2014 nameplate/clinic-1 BBBB\n",
    },
    ("node_key", ""): {
        "kind": "node_key",
        "step": f"7 {'ab' * 32} {'cd' * 32}",
        "signature": "ef" * 64,
        "by": "uid:0",
        "reason": "Every year",
    },
    ("journal_cut", ""): {"kind": "journal_cut", "lost_first": 90, "lost_last": 93},
    ("restored", ""): {
        "kind": "restored",
        "former": "clinic-0",
        "node": "clinic-1",
        "by": "uid:0",
        "records": 6,
        "backed_up_at": "2026-11-22T18:00:00.000000Z",
    },
    ("in_charge", ""): {"kind": "in_charge", "person": PERSON["person"]},
    ("proposed", ""): {
        "kind": "proposed",
        "proposal": "pr-1",
        "act": "point_token",
        "method": "POST",
        "needed": 1,
        "path": "/v1/point-tokens",
        "digest": "d" * 64,
        "summary": "point_token, name pep",
        "by": "uid:0",
        "expires_at": "2026-11-23T19:04:05.000000Z",
    },
    ("proposal_approved", ""): {
        "kind": "proposal_approved",
        "proposal": "pr-1",
        "digest": "d" * 64,
        "needed": 1,
        "person": PERSON["person"],
        "passkey": "k1",
        "nonce": "n",
        "signature": "s",
    },
    **{
        ("proposal_closed", str(each)): {"kind": "proposal_closed", "proposal": "pr-1", "outcome": str(each)}
        | ({"status": 200, "approvers": [PERSON["person"]]} if each == "done" else {})
        for each in Outcome
    },
    ("started", ""): {"kind": "started", "node": "clinic-1", "version": "0.1.0", "pid": 4711},
    ("stopped", ""): {"kind": "stopped", "node": "clinic-1", "version": "0.1.0"},
    **{
        ("upstream", status): {
            "kind": "upstream",
            "bridge": "idp",
            "key": "https://idp.example#amr-17",
            "actor": "amr-17",
            "status": status,
            "version": 4,
            "cut_off": AT,
            "reason": "account-disabled:hijacking",
            "decided_at": AT,
            "received_at": AT,
        }
        for status in ("active", "disabled", "retired")
    },
    ("person", "active"): PERSON | {"active": True},
    ("person", "not active"): PERSON | {"active": False},
    ("person", "other changes"): PERSON,
    ("person", "sessions ended"): PERSON | {"end_sessions": True, "reason": "session-revoked"},
    ("bridge_token", ""): {"kind": "bridge_token", "bridge": "idp", "token_hash": "never-shown-4", "by": "uid:0"},
    ("passkey_bound", ""): PASSKEY | {"kind": "passkey_bound", "public": "never-shown-5", "counter": 0},
    ("passkey_used", ""): PASSKEY | {"kind": "passkey_used", "counter": 7},
    ("passkey_removed", ""): PASSKEY | {"kind": "passkey_removed", "by": "uid:0"},
    ("session_started", ""): SESSION | {"kind": "session_started", "client": "console", "until": AT},
    ("session_proved", ""): SESSION | {"kind": "session_proved"},
    ("session_ended", ""): SESSION | {"kind": "session_ended"},
}


def record(kind: str, case: str) -> dict[str, Any]:
    return {"seq": 7, "at": AT} | CASES[kind, case]


def encoded(members: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a record given without number and time."""
    return [json.loads(event.body) for event in ENCODE({"seq": 7, "at": AT} | members)]


def one(members: dict[str, Any]) -> dict[str, Any]:
    (event,) = encoded(members)
    return event


def errors(event: Event | dict[str, Any]) -> list[str]:
    """What the published schema says against an event."""
    members = json.loads(event.body) if isinstance(event, Event) else event
    profiles = tuple(members["metadata"].get("profiles", ()))
    return [error.message for error in validator(members["class_uid"], profiles).iter_errors(members)]


@cache
def validator(class_uid: int, profiles: tuple[str, ...]) -> Draft202012Validator:
    name = schema().schema.lookup_class_name_from_uid(class_uid)
    return Draft202012Validator(schema().get_class_schema(name, list(profiles)))


@cache
def schema() -> OcsfJsonSchemaEmbedded:
    return OcsfJsonSchemaEmbedded(get_ocsf_schema(VERSION))
