"""What an enforcement point reports: what it did, and what it saw."""

from dataclasses import dataclass, field
from enum import StrEnum


class Happening(StrEnum):
    """Stable names of the things that happen at a door."""

    STRIKE_COMMANDED = "strike_commanded"
    STRIKE_ACKNOWLEDGED = "strike_acknowledged"
    STRIKE_FAILED = "strike_failed"
    REFUSAL_SHOWN = "refusal_shown"
    DOOR_OPENED = "door_opened"
    DOOR_CLOSED = "door_closed"
    DOOR_HELD = "door_held"
    DOOR_FORCED = "door_forced"
    PASSAGE = "passage"
    NO_PASSAGE = "no_passage"
    TAMPER = "tamper"
    TAMPER_CLEARED = "tamper_cleared"
    RELOCKED = "relocked"
    CONVOY = "convoy"
    FIRE = "fire"
    FIRE_CLEARED = "fire_cleared"
    BADGE = "badge"
    READER_ONLINE = "reader_online"
    READER_OFFLINE = "reader_offline"
    SECURE_CHANNEL_LOST = "secure_channel_lost"
    INSTALL_STARTED = "install_started"
    INSTALL_DONE = "install_done"
    INSTALL_EXPIRED = "install_expired"
    TRANSPORT_KEY_ACKNOWLEDGED = "transport_key_acknowledged"
    TRANSPORT_KEY_CHANGED = "transport_key_changed"
    TRANSPORT_KEY_KEPT = "transport_key_kept"
    CARD_PRESENTED = "card_presented"
    CARD_WITHDRAWN = "card_withdrawn"
    PANEL_GRANTED = "panel_granted"
    PANEL_REFUSED = "panel_refused"
    PANEL_SILENT = "panel_silent"
    PANEL_ONLINE = "panel_online"
    PANEL_OFFLINE = "panel_offline"
    REPORTS_LOST = "reports_lost"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that happened at a point. `at`: microseconds since the epoch, UTC, by the point's clock.

    `card`, `card_bits`: what a reader read off a badge. Never recorded as it is, nor printed.
    A passage carries `from_zone` and `to_zone`; what follows from a decision carries its id and its actor.
    """

    happening: Happening
    at: int
    door: str = ""
    reader: str = ""
    actor: str = ""
    decision_id: str = ""
    from_zone: str = ""
    to_zone: str = ""
    detail: dict[str, str | int | float | bool] = field(default_factory=dict)
    card: bytes = field(default=b"", repr=False)
    card_bits: int = field(default=0, repr=False)
