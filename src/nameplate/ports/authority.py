"""What other flows need of the deciding heart: to have a question answered, a finding raised, an actor stopped."""

from typing import NamedTuple, Protocol

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


class Ordered(NamedTuple):
    """What came of an order. `ordered_at`: microseconds, UTC. `stop` is empty where nothing was stopped."""

    state: str
    ordered_at: int
    recorded: bool
    stop: str


class Orders(Protocol):
    """Carries out orders over actors' lives; see `flows.stop`."""

    async def order(self, name: str, actors: tuple[str, ...], by: str, reason: str) -> Ordered:
        """Carry it out; a stop is in force before this returns. Raises NotFound, Refused or Conflict."""
        ...


class Quarantine(Protocol):
    """What the machine may do by itself against an actor."""

    async def quarantine(self, actor: str, reason: str) -> None:
        """Stop the actor everywhere until a person has looked at it."""
        ...
