"""What the journal keeps of decisions."""

import msgspec

from nameplate.domain.obligations import Obligations


class DecisionRecord(msgspec.Struct, tag_field="kind", tag="decision", omit_defaults=True, gc=False):
    """A decision as the journal keeps it. `unit` names the physical unit that asked."""

    decision_id: str
    decision: str
    reason: str
    reasons: tuple[str, ...]
    actor: str
    action: str
    resource: str
    point: str
    contract_revision: str
    unit: str = ""
    target: str = ""
    grant: int = -1
    reader: str | None = None
    presence: str = "remote"
    ip: str | None = None
    environment: str | None = None
    task: str | None = None
    payload: str = "none"
    distance_m: float | None = None
    simulated: bool = False
    simulated_at: int = 0
    request_id: str | None = None
    key: str | None = None
    counter: int | None = None
    obligations: Obligations | None = None


class Withdrawn(msgspec.Struct, tag_field="kind", tag="withdrawn"):
    """A permit that a stop or a lockdown overtook before it was given; `reason` is that of the denial."""

    decision_id: str
    actor: str
    reason: str
