"""Records as the journal of a running site holds them."""

import json
from itertools import count

from nameplate.domain.timestamps import rfc3339
from nameplate.entry.demo.fleet import actors_text
from nameplate.entry.demo.watch import Watch

AT = 1_795_374_245_000_000
PHARMACY = "L1-pharmacy-entrance"


def watch_of(*records):
    """A watch that has seen the fleet declared, and then these records, a second apart."""
    watch, seconds = Watch(), count()
    for record in (fleet_declared(), *records):
        number = next(seconds)
        watch.see({"seq": number + 1, "at": rfc3339(AT + number * 1_000_000), **record})
    return watch


def fleet_declared():
    door = {"kind": "Door", "id": PHARMACY, "joins": ["L1-corridor-north", "L1-pharmacy"]}
    documents = [door, *(json.loads(text) for text in actors_text().split("\n---\n"))]
    return {"kind": "declared", "changes": [{"op": "put", "doc": document} for document in documents]}


def decision(actor, *, permit=True, reason="granted", door=PHARMACY, finer=()):
    return {
        "kind": "decision",
        "decision": "permit" if permit else "deny",
        "reason": reason,
        "reasons": [reason, *finer],
        "actor": actor,
        "resource": f"door:{door}",
    }


def denial(actor, reason, *finer, door=PHARMACY):
    return decision(actor, permit=False, reason=reason, door=door, finer=finer)


def stopped(*actors, order="repair", to="in_repair", by="uid:0"):
    return {
        "kind": "state",
        "order": order,
        "to": to,
        "actors": [{"id": actor, "from": "active"} for actor in actors],
        "by": by,
        "reason": "A wheel slips.",
        "stop": f"stop-{'-'.join(actors)}",
        "cut_off": rfc3339(AT),
    }


def receipt(*actors, ms=1.25):
    stop = f"stop-{'-'.join(actors)}"
    return {"kind": "receipt", "stop": stop, "point": "door-controller", "ms": ms, "key": "c0ffee", "signature": "5169"}


def outcome(happening, door=PHARMACY, **more):
    seen = {"happening": happening, "point": "door-controller", "point_at": rfc3339(AT), "door": door}
    return {"kind": "outcome", **seen, **more}


def finding(name, actor):
    return {"kind": "finding", "finding": name, "severity": "critical", "text": "Twice.", "actor": actor}
