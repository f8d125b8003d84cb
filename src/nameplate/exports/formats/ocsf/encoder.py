"""Record -> OCSF events."""

from collections.abc import Callable, Mapping
from typing import Any

from nameplate.domain.timestamps import parse_rfc3339
from nameplate.ports.sink import Event

from . import access, alarms, happenings, lifecycle, ownership, people, places, proposals, server
from .event import Draft, attributes
from .size import fit
from .values import number, present, text

VERSION = "1.8.0"
MIN_LIMIT = 7168
Render = Callable[[dict[str, Any], int], bytes]
KINDS: dict[str, Callable[[Mapping[str, Any]], list[Draft]]] = {
    "started": server.started,
    "stopped": server.stopped,
    "declared": lifecycle.declared,
    "state": lifecycle.state,
    "receipt": lifecycle.receipt,
    "enrolment_offered": lifecycle.enrolment_offered,
    "succession_approved": lifecycle.succession_approved,
    "key_bound": lifecycle.key_bound,
    "sponsorship": ownership.sponsorship,
    "reviewed": ownership.reviewed,
    "decision": access.decision,
    "withdrawn": access.withdrawn,
    "outcome": happenings.outcome,
    "panel_event": happenings.panel_event,
    "caller": lifecycle.caller,
    "zone_state": places.zone_state,
    "threat": places.threat,
    "placed": places.placed,
    "floor_plan": places.floor_plan,
    "finding": server.finding,
    "sink_test": server.sink_test,
    "alarm": alarms.alarm,
    "checkpoint": server.checkpoint,
    "node_key": server.node_key,
    "journal_cut": server.journal_cut,
    "restored": server.restored,
    "upstream": people.upstream,
    "person": people.person,
    "bridge_token": people.bridge_token,
    "passkey_bound": people.passkey,
    "passkey_used": people.passkey,
    "passkey_removed": people.passkey,
    "session_started": people.session,
    "session_proved": people.session,
    "session_ended": people.session,
    "in_charge": proposals.in_charge,
    "proposed": proposals.proposed,
    "proposal_approved": proposals.proposal_approved,
    "proposal_closed": proposals.proposal_closed,
}


class Ocsf:
    """The `Encode` port for one node. `limit`: bytes of an event, at least `MIN_LIMIT`.

    `render` makes a body of at most so many bytes out of the event: another format, where it is not JSON of OCSF.
    """

    def __init__(self, node: str, product_version: str, limit: int = 1024 * 1024, render: Render = fit) -> None:
        if limit < MIN_LIMIT:
            raise ValueError(f"an OCSF event needs up to {MIN_LIMIT} bytes")
        self._node, self._limit, self._render = node, limit, render
        self._product = {"name": "Nameplate", "vendor_name": "Nameplate", "version": product_version}

    def __call__(self, record: Mapping[str, Any]) -> tuple[Event, ...]:
        """See `Encode`. A record without a number or a time makes no event: nobody could tell it from another."""
        kind, seq, at = text(record, "kind"), number(record, "seq"), parse_rfc3339(text(record, "at"))
        if kind not in KINDS or seq is None or seq < 1 or at is None:
            return ()
        drafts = KINDS[kind](record)
        uids = [f"{self._node}-{seq}"] if len(drafts) == 1 else [f"{self._node}-{seq}-{i}" for i in range(len(drafts))]
        return tuple(self._event(record, draft, uid, seq, at) for draft, uid in zip(drafts, uids, strict=True))

    def _event(self, record: Mapping[str, Any], draft: Draft, uid: str, seq: int, at: int) -> Event:
        members = {"time": at // 1000, **attributes(draft), "metadata": self._metadata(record, draft, uid, seq)}
        if "finding_info" in members:
            members["finding_info"] = {"uid": uid, "created_time": at // 1000, **members["finding_info"]}
        name = draft.activity.event_class.slug
        return Event(uid, seq, at, draft.severity, name, self._render(members, self._limit))

    def _metadata(self, record: Mapping[str, Any], draft: Draft, uid: str, seq: int) -> dict[str, Any]:
        return {
            "version": VERSION,
            "product": self._product,
            "uid": uid,
            "sequence": seq,
            "log_name": "journal",
            "log_provider": self._node,
            "event_code": text(record, "kind"),
            "original_time": text(record, "at"),
            **present(profiles=list(draft.profiles), correlation_uid=draft.correlation),
        }
