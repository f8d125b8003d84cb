"""What our own processes say to one another. Travels as msgpack over the bus; both ends are always of one version."""

from dataclasses import dataclass, field
from typing import Any

from .feeds import PanelEvent
from .findings import Finding
from .notices import ActorNotice, Effect, PersonNotice
from .places import Door
from .points import Point
from .verdicts import Decision


@dataclass(frozen=True, slots=True)
class Hello:
    """An enforcement point introduces itself with the token that it was started with."""

    point: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a point needs to work, and nothing of anybody else.

    `keys`: transport key by door. `signing_key`: Ed25519 seed. `credentials`: those of its names that are stored.
    Secrets: never to be printed. `fires`: its doors that a fire alarm releases, as far as is known. `next_keys`: by
    door, transport keys that are being handed over: the reader may have taken them.
    """

    spec: Point
    doors: tuple[Door, ...]
    keys: dict[str, bytes] = field(repr=False)
    signing_key: bytes = field(repr=False)
    credentials: dict[str, bytes] = field(default_factory=dict, repr=False)
    fires: frozenset[str] = frozenset()
    next_keys: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AtReader:
    """Somebody stands at a reader; `answer` once they have answered."""

    door: str
    reader: str
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Install:
    """Let the reader of `door` take its transport key within `seconds`."""

    door: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Rekey:
    """Sign with another key from now on (an Ed25519 seed); with `door` have its reader take another transport key."""

    key: bytes = field(repr=False)
    door: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Have `door` opened, as far as the decision allows it."""

    door: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Admit:
    """The supervisor is about to start a point with a token of this SHA-256 (hex)."""

    point: str
    token_hash: str


@dataclass(frozen=True, slots=True)
class Running:
    """A point that should run. `digest` changes whenever it has to be started anew."""

    point: str
    type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A plan to be put in force; see `flows.declare`."""

    changes: list[dict[str, Any]]
    by: str
    planned_at: int


@dataclass(frozen=True, slots=True)
class PanelTold:
    """What panels tell, read by whoever follows their feeds."""

    events: list[PanelEvent]


@dataclass(frozen=True, slots=True)
class ServerPair:
    """What the server shows over TLS, PEM. The key is never to be printed."""

    chain: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Applied:
    """The record that carries it."""

    seq: int


@dataclass(frozen=True, slots=True)
class Status:
    """How the deciding process is connected."""

    connected: list[str]


@dataclass(frozen=True, slots=True)
class ActorsNoticed:
    """What one bridge says of some actors."""

    bridge: str
    notices: tuple[ActorNotice, ...]


@dataclass(frozen=True, slots=True)
class PeopleNoticed:
    """What bridges say of some people."""

    notices: tuple[PersonNotice, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What the managing process has found."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class PlanGiven:
    """A site has another plan of its building, which is kept under its digest. See `domain.floor_plans`."""

    site: str
    sha256: str
    scale: float | None
    by: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """What came of notices, in their order."""

    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class BridgeHeard:
    """A bridge has told all that it knew `age_s` seconds ago."""

    bridge: str
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SignIn:
    """A provider vouches for a person. `linked`: another bridge brings them, so that nothing new is said of them.

    `subject`, `session`: see `ports.company.Vouched`.
    """

    bridge: str
    notice: PersonNotice
    linked: bool
    subject: str = field(default="", repr=False)
    session: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignOut:
    """A provider says that somebody has signed out there; see `ports.company.LoggedOut`."""

    bridge: str
    subject: str = field(repr=False)
    session: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person, and their session."""

    person: str
    seconds: int
    token: str = field(repr=False)
