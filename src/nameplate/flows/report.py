"""What enforcement points did and saw, into the record."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from nameplate.domain.errors import Invalid
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.ledger import Ledger

MAX_OUTCOME = 4096
"""Bytes of an outcome in JSON: a point that has been taken over must not fill the journal with one report."""
NOTHING: Mapping[str, str] = MappingProxyType({})
_LATEST = 253_402_300_800_000_000


def record_outcome(ledger: Ledger, point: str, outcome: Outcome, unit: str, shown: Mapping[str, str] = NOTHING) -> None:
    """Note one outcome; raises Invalid for an absurd one. Only a passage moves the actor's last zone.

    `shown`: what is known of a card that was read; its number is not recorded.
    """
    if not 0 <= outcome.at < _LATEST or len(msgspec.json.encode(outcome)) > MAX_OUTCOME:
        raise Invalid("outcome", f"An outcome has at most {MAX_OUTCOME} bytes and a time in the years 1970 to 9999.")
    fields = {
        "door": outcome.door,
        "reader": outcome.reader,
        "actor": outcome.actor,
        "unit": unit,
        "decision_id": outcome.decision_id,
        "from_zone": outcome.from_zone,
        "to_zone": outcome.to_zone,
        "detail": outcome.detail,
    }
    present = {name: value for name, value in fields.items() if value}
    ledger.note(
        {
            "kind": "outcome",
            "point": point,
            "happening": Happening(outcome.happening).value,
            "point_at": rfc3339(outcome.at),
            **present,
            **shown,
        }
    )
    if outcome.happening is Happening.CONVOY:
        ledger.note({"kind": "finding", **_convoy(outcome, unit).fields})


def _convoy(outcome: Outcome, unit: str) -> Finding:
    """More than one on one grant. Somebody who only asked to come along was refused: that is no alarm."""
    tail = outcome.detail.get("presented", "")
    text = f"{tail} presented itself at {outcome.door} behind {outcome.actor}, before the door was closed."
    if not tail:
        text = f"{outcome.door} was opened twice on one permit of {outcome.actor}: somebody may have gone in behind it."
    severity = Severity.LOW if tail else Severity.HIGH
    return Finding("convoy", severity, text, outcome.actor, unit, outcome.door, outcome.decision_id)
