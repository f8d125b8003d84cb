"""What other flows need of the deciding heart: to have a question answered, a finding raised, an actor stopped."""

from typing import Protocol

from nameplate.domain.asked import Asked
from nameplate.domain.findings import Finding
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Decision, Verdict


class Authority(Protocol):
    """Decides and records; see `flows.authorize`."""

    async def authorize(self, request: AccessRequest, asked: Asked) -> Decision:
        """Decide, record, and answer once the record is durable."""
        ...

    async def refuse(self, verdict: Verdict, request: AccessRequest, asked: Asked) -> Decision:
        """Record a refusal that was certain before any decision."""
        ...


class Alarms(Protocol):
    """Where findings go."""

    def raise_finding(self, finding: Finding) -> None:
        """Record it. Never blocks; kept until it can be recorded."""
        ...


class Quarantine(Protocol):
    """What the machine may do by itself against an actor."""

    async def quarantine(self, actor: str, reason: str) -> None:
        """Stop the actor everywhere until a person has looked at it."""
        ...
