"""What an event says (CAEP 1.0, RISC 1.0, SSF 1.0), and whether it says it as it must."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .sets import Refusal

_PREFIX = "https://schemas.openid.net/secevent/"
MAX_REASON = 64
NEW_VALUE = "new-value"
"""What an identifier was changed to (RISC 1.0, section 2.6); a transmitter need not say it."""


class Kind(StrEnum):
    """The events that mean something here."""

    SESSION_REVOKED = f"{_PREFIX}caep/event-type/session-revoked"
    CREDENTIAL_CHANGE = f"{_PREFIX}caep/event-type/credential-change"
    COMPLIANCE_CHANGE = f"{_PREFIX}caep/event-type/device-compliance-change"
    ASSURANCE_CHANGE = f"{_PREFIX}caep/event-type/assurance-level-change"
    RISK_CHANGE = f"{_PREFIX}caep/event-type/risk-level-change"
    CLAIMS_CHANGE = f"{_PREFIX}caep/event-type/token-claims-change"
    ACCOUNT_DISABLED = f"{_PREFIX}risc/event-type/account-disabled"
    ACCOUNT_ENABLED = f"{_PREFIX}risc/event-type/account-enabled"
    ACCOUNT_PURGED = f"{_PREFIX}risc/event-type/account-purged"
    COMPROMISE = f"{_PREFIX}risc/event-type/credential-compromise"
    CHANGE_REQUIRED = f"{_PREFIX}risc/event-type/account-credential-change-required"
    IDENTIFIER_CHANGED = f"{_PREFIX}risc/event-type/identifier-changed"
    IDENTIFIER_RECYCLED = f"{_PREFIX}risc/event-type/identifier-recycled"
    SESSIONS_REVOKED = f"{_PREFIX}risc/event-type/sessions-revoked"
    GOVERNED_AGENT = "urn:ietf:params:oauth:event-type:governed-agent-lifecycle"
    VERIFICATION = f"{_PREFIX}ssf/event-type/verification"
    STREAM_UPDATED = f"{_PREFIX}ssf/event-type/stream-updated"

    @property
    def short(self) -> str:
        """The last word of its URI, as in `account-disabled`."""
        return self.value.rpartition("/")[2].rpartition(":")[2]


_MUST: Mapping[Kind, Mapping[str, frozenset[str]]] = {
    Kind.CREDENTIAL_CHANGE: {
        "credential_type": frozenset(),
        "change_type": frozenset({"create", "revoke", "update", "delete"}),
    },
    Kind.COMPLIANCE_CHANGE: {
        "previous_status": frozenset({"compliant", "not-compliant"}),
        "current_status": frozenset({"compliant", "not-compliant"}),
    },
    Kind.ASSURANCE_CHANGE: {"namespace": frozenset(), "current_level": frozenset()},
    Kind.RISK_CHANGE: {"principal": frozenset(), "current_level": frozenset({"LOW", "MEDIUM", "HIGH"})},
    Kind.COMPROMISE: {"credential_type": frozenset()},
    Kind.STREAM_UPDATED: {"status": frozenset({"enabled", "paused", "disabled"})},
    Kind.GOVERNED_AGENT: {"version": frozenset(), "status": frozenset({"active", "disabled", "retired"})},
}
"""The members that an event must have, and the texts that each may be; any where there are none."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One event that is understood. `fields`: its members that are texts. `at`: when it happened (seconds, UTC)."""

    kind: Kind
    at: int
    fields: Mapping[str, str]

    @property
    def reason(self) -> str:
        """A code for the record: what happened, and the transmitter's word for why where that is a code, too."""
        said = self.fields.get("reason", "")
        code = said if said and len(said) <= MAX_REASON and said.replace("-", "").replace("_", "").isalnum() else ""
        return f"{self.kind.short}:{code}" if code.isascii() and code else self.kind.short


def signal_of(uri: str, event: Mapping[str, Any], at: int) -> Signal | None:
    """The event, None where its type means nothing here. Raises Refusal where it lacks what its type must have."""
    try:
        kind = Kind(uri)
    except ValueError:
        return None
    for name, allowed in _MUST.get(kind, {}).items():
        value = event.get(name)
        if not isinstance(value, str) or not value or (allowed and value not in allowed):
            raise Refusal("invalid_request", f"`{name}` of {kind.short} is missing or not possible.")
    if kind is Kind.GOVERNED_AGENT and not (event["version"].isascii() and event["version"].isdigit()):
        raise Refusal("invalid_request", "`version` of governed-agent-lifecycle is no decimal number.")
    if not isinstance(event.get(NEW_VALUE, ""), str):
        raise Refusal("invalid_request", f"`{NEW_VALUE}` of {kind.short} is no text.")
    return Signal(kind, at, {name: value for name, value in event.items() if isinstance(value, str)})
