"""Enforcement points as declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

MAX_INPUT = 31
PANEL_TYPES = frozenset({"osdp-panel"})
"""Types of points that stand in front of an existing access panel and present card numbers to it."""


READER_TYPES = PANEL_TYPES | {"osdp"}
"""Types of points whose doors have a reader of ours, with a transport key."""

DOOR_API = "door-api"
"""The type of points that open doors by calling an access system."""


@dataclass(frozen=True, slots=True)
class DoorApi:
    """How an access system is called. `template` names the call, `values` what it needs to know of the door.

    `key`, `ca`: names of credentials: what authenticates us, and a CA certificate (PEM) where the system's own are not
    trusted.
    """

    template: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    ca: str = ""


@dataclass(frozen=True, slots=True)
class PanelPort:
    """A reader port of an existing access panel, where we stand in for the door's reader `reader`.

    `to`: see `Channel`. `key`: the name of a credential, the port's Secure Channel key in 32 hex digits. `granted`,
    `refused`: what the panel shows there once it has decided: a colour, or `beep-N` for so many tones.
    """

    reader: str
    to: str
    key: str
    address: int = 0
    granted: tuple[str, ...] = ("green",)
    refused: tuple[str, ...] = ("red",)


@dataclass(frozen=True, slots=True)
class Channel:
    """One line to the controller hardware of one door.

    `to`: `pty:PATH`, `serial:PATH?baud=38400` or `tcp:HOST:PORT`. `address`: OSDP address, 0 to 126. The order of the
    door's readers gives their reader numbers. Times in seconds: `strike_s` how long the strike stays released,
    `pass_s` how long the door may stand open after a permit before it counts as held. `panel`: where a panel opens the
    door, its reader ports. `fire_input`: the input of the reader that is active while the fire alarm releases the door;
    0 and 1 are the contact and the exit button.
    """

    door: str
    to: str
    address: int = 0
    strike_s: float = 5.0
    pass_s: float = 15.0
    panel: tuple[PanelPort, ...] = ()
    api: DoorApi | None = None
    fire_input: int | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """Resources that a mode other than `enforce` covers, up to the day `until`; from that day on they are enforced."""

    resources: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True)
class Point:
    """An enforcement point: itself an identity, with a token to ask and a key to sign receipts.

    `credentials`: names in the key store. It is given these, and no others.
    `supplies`: the properties that it sends with its questions (`resource.status`), and the type of each.
    `default_mode` holds until the day `until` where nothing else covers a resource; `enforce` lists resources that
    are enforced in any case. See `domain.modes`.
    """

    id: str
    type: str
    site: str
    channels: tuple[Channel, ...] = ()
    default_mode: str = "enforce"
    observe: tuple[Exemption, ...] = ()
    warn: tuple[Exemption, ...] = ()
    credentials: tuple[str, ...] = ()
    enforce: tuple[str, ...] = ()
    until: date | None = None
    supplies: Mapping[str, str] = field(default_factory=dict)

    @property
    def needed_credentials(self) -> tuple[str, ...]:
        """`credentials`, and those that its channels name."""
        ports = (port.key for channel in self.channels for port in channel.panel)
        apis = (name for each in self.channels if each.api for name in (each.api.key, each.api.ca) if name)
        return tuple(dict.fromkeys((*self.credentials, *ports, *apis)))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who may ask for decisions. `token_hash`: SHA-256 of the bearer token, hex. `public_key`: Ed25519, hex, or empty.

    A `simulate` caller may set the time of its questions; such answers have no effect.
    """

    name: str
    token_hash: str = ""
    simulate: bool = False
    public_key: str = ""
