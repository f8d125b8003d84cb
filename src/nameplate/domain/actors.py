"""Actors: one physical unit, one bot or one workload instance each; never shared."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class ActorType(StrEnum):
    """What an actor is."""

    ROBOT = "robot"
    BOT = "bot"
    AGENT = "agent"
    WORKLOAD = "workload"


class State(StrEnum):
    """Where an actor stands in its life. Only `active` may act; `retired` is terminal."""

    STAGED = "staged"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    IN_REPAIR = "in_repair"
    IN_TRANSFER = "in_transfer"
    QUARANTINED = "quarantined"
    RETIRED = "retired"


class Tier(StrEnum):
    """How much harm an actor could do."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Unit:
    """What makes an actor that one thing. `supplier` is the manufacturer unless another company delivered it."""

    manufacturer: str
    model: str
    serial: str
    supplier: str = ""
    firmware: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Manufacturer, model and serial number: unique over all actors, but for succession."""
        return (self.manufacturer, self.model, self.serial)

    def __str__(self) -> str:
        """`Acme/T3/T3-00417`."""
        return "/".join(self.identity)


@dataclass(frozen=True, slots=True)
class Actor:
    """A non-human principal as declared. What changes by events (state, key, place) is its `Standing`.

    `escort`: where it was let through, it accompanies others. `co_sponsors`: who
    answers for it when `sponsor` has left.
    """

    id: str
    type: ActorType
    site: str
    unit: Unit | None = None
    owner: str = ""
    sponsor: str = ""
    purpose: str = ""
    environment: str = ""
    tier: Tier = Tier.MEDIUM
    initial: State = State.STAGED
    contract: str = ""
    review_every_days: int | None = None
    retire_by: date | None = None
    succeeds: str = ""
    escort: bool = False
    co_sponsors: tuple[str, ...] = ()


def cloned(actor: Actor, ident: str, serial: str) -> Actor:
    """Another like it, which inherits neither access nor credential: no contract, no state, no card, no key.

    `serial`: of its own unit, where the original has one.
    """
    unit = replace(actor.unit, serial=serial) if actor.unit else None
    return replace(actor, id=ident, unit=unit, initial=State.STAGED, contract="", succeeds="", escort=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """What has happened to an actor so far. Times are microseconds since the epoch, UTC.

    `cut_off`: no credential issued at or before it is honoured, whatever the state says later.
    `key`: handle of the one key bound now. `counter`: highest presence counter seen from that key.
    `zone`, `zone_at`: where the last passage ended, and when.
    """

    state: State = State.STAGED
    since: int = 0
    cut_off: int | None = None
    key: str = ""
    counter: int = 0
    zone: str = ""
    zone_at: int = 0


@dataclass(frozen=True, slots=True)
class BoundKey:
    """A public key that was once bound to a unit. It stays on record for ever: a key is never used again.

    `public`: compressed P-256 point (SEC 1, 33 bytes). `handle`: see `presence.key_handle`.
    """

    handle: str
    public: bytes
    actor: str
    bound_at: int
    revoked: bool = False
