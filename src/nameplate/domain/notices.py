"""What other identity systems say of those whom they govern, in one form whatever they speak."""

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """What a system upstream says about somebody. `retired` is terminal."""

    ACTIVE = "active"
    DISABLED = "disabled"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class ActorNotice:
    """What `bridge` says of an actor. `key`: the subject's own lasting id upstream. `name`: the actor that it means.

    `status` None: it says nothing about that. `compromised`: the actor is quarantined, not only suspended.
    `version`: rises with each change, where the other side counts (draft-mcguinness governed-agent). `cut_off`: nothing
    issued at or before it counts any more. `valid_until`: from then on nothing rests on this word. `reason`: a code, as
    the other side gives it. `decided_at`: when the other side decided, 0 if it does not say; `received_at`: when that
    arrived here. Times: microseconds, UTC.
    """

    bridge: str
    key: str
    name: str = ""
    status: Status | None = None
    compromised: bool = False
    version: int | None = None
    cut_off: int | None = None
    valid_until: int | None = None
    reason: str = ""
    decided_at: int = 0
    received_at: int = 0


@dataclass(frozen=True, slots=True)
class PersonNotice:
    """What `bridge` says of a person. None: it says nothing about that.

    `key`: their own lasting id upstream; empty where they are only known by one of `addresses`. `manager`: that of
    their manager, empty if they have none. `addresses`: their mail addresses in plain text, which travels between our
    own processes only: on record are keyed hashes. `groups`: names of the groups upstream that they are in.
    `end_sessions`: whoever is signed in as them is so no more. `renamed`: the mail address that they have from now on
    in the place of the one in `addresses`. `name`: what people call them; it never goes further than to the names that
    are kept outside of the record.
    """

    bridge: str
    key: str
    status: Status | None = None
    manager: str | None = None
    addresses: tuple[str, ...] | None = field(default=None, repr=False)
    groups: tuple[str, ...] | None = None
    end_sessions: bool = False
    reason: str = ""
    decided_at: int = 0
    received_at: int = 0
    name: str = field(default="", repr=False)
    renamed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of a notice. `id`: the actor or the person here, empty where nobody is known.

    `state`: of the actor. `stop`: of the stop, where one was ordered; `applied_at`: when it was in force (microseconds,
    UTC), 0 where nothing changed. `refused`, `message`: why it was not taken (code, and in words).
    """

    id: str = ""
    state: str = ""
    stop: str = ""
    applied_at: int = 0
    recorded: bool = True
    refused: str = ""
    message: str = ""
