"""What a reader's events mean, what a decision makes the door do, and the commands for it. Pure functions."""

from collections.abc import Mapping
from math import inf
from typing import Any, NamedTuple

import osdp

from nameplate.domain.errors import Invalid
from nameplate.domain.verdicts import Decision, Reason

from .wire import VENDOR_CODE, AuthResponse, CardPresent, auth_request, auth_result, read_reply, reader_of

Command = dict[str, Any]

STRIKE_OUTPUT = 0
CONTACT_INPUT, REX_INPUT = 0, 1

# Reasons of the point itself, beside those of a decision.
UNAVAILABLE, DOOR_IN_USE, EXPIRED, STOPPED, NO_SECURE_CHANNEL, NAMELESS, STRIKE_FAILED = (
    "unavailable",
    "door_in_use",
    "expired",
    "stopped",
    "no_secure_channel",
    "nameless",
    "strike_failed",
)

_TIMED_ON, _OFF, _TEMPORARY, _TONE = 5, 1, 2, 2
_SCBK = 1


class Inputs(NamedTuple):
    """The reader's inputs, a byte each: 0 is at rest."""

    states: bytes

    @property
    def leaf_open(self) -> bool:
        """The door contact."""
        return bool(self.on(CONTACT_INPUT))

    @property
    def exit_button(self) -> bool:
        """The request to exit."""
        return bool(self.on(REX_INPUT))

    def on(self, number: int) -> bool | None:
        """Whether an input is active; None where the reader does not tell."""
        return self.states[number] != 0 if number < len(self.states) else None


class Tamper(NamedTuple):
    """The reader's own tamper switch."""

    active: bool


class BadgeRead(NamedTuple):
    """A card that a person held to a reader: `bits` of `data`."""

    reader_no: int
    bits: int
    data: bytes


class Malformed(NamedTuple):
    """A presence message that is none. `reader_no` as far as it says."""

    reader_no: int | None


Heard = CardPresent | AuthResponse | BadgeRead | Inputs | Tamper | Malformed


def hear(event: Mapping[str, Any]) -> Heard | None:
    """What a reader's event means; None: nothing to us."""
    if event.get("event") == osdp.Event.ManufacturerReply:
        data = bytes(event["data"])
        try:
            return read_reply(event["vendor_code"], data)
        except Invalid:
            return Malformed(reader_of(data))
    if event.get("event") == osdp.Event.CardRead:
        return _badge(event)
    if event.get("event") == osdp.Event.Status and event["report"]:
        return _status(event["type"], bytes(event["report"]))
    return None


def _badge(event: Mapping[str, Any]) -> BadgeRead | None:
    data, length = bytes(event.get("data", b"")), event.get("length", 0)
    # IEC 60839-11-5 counts the length of raw card data in bits, of text in characters.
    bits = length * 8 if event.get("format") == osdp.CardFormat.ASCII else length
    return BadgeRead(event.get("reader_no", 0), bits, data) if 0 < bits <= len(data) * 8 else None


def _status(kind: int, report: bytes) -> Inputs | Tamper | None:
    if kind == osdp.StatusReportType.Local:
        return Tamper(report[0] != 0)
    if kind == osdp.StatusReportType.Input:
        return Inputs(report)
    return None


def obstacle(decision: Decision, now: int, cut_offs: Mapping[str, int], to_zone: str) -> str:
    """Why the door into `to_zone` stays shut, or nothing: only then it may be released.

    `cut_offs`: of the stops seen, by actor and by `zone:ID`. A stop, or a lockdown, that arrived while the decision was
    under way wins over it.
    """
    if not decision.permit:
        return decision.verdict.reason.value
    if not decision.actor:
        return NAMELESS
    if decision.at <= cut_offs.get(decision.actor, -1):
        return STOPPED
    if decision.at <= cut_offs.get(f"zone:{to_zone}", -1):
        return Reason.LOCKDOWN.value
    if now >= decision.expires_at:
        return EXPIRED
    return ""


def keyset(key: bytes) -> Command:
    """A new transport key for the reader (osdp_KEYSET, IEC 60839-11-5), for its Secure Channel to carry."""
    return {"command": osdp.Command.Keyset, "type": _SCBK, "data": key}


def strike(seconds: float) -> Command:
    """Release the strike for so long; the reader times it, so it ends even if we do not live to see it."""
    units = max(1, min(255, round(seconds * 10)))
    return {"command": osdp.Command.Output, "output_no": STRIKE_OUTPUT, "control_code": _TIMED_ON, "timer_count": units}


def lock() -> Command:
    """Take a release back at once: permanently off, and the timer ends (control code 1)."""
    return {"command": osdp.Command.Output, "output_no": STRIKE_OUTPUT, "control_code": _OFF, "timer_count": 0}


def seconds(value: object, usual: float, most: float) -> float:
    """The time that a decision asks for, within what the door can do; `usual` where it asks for none, or nonsense."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < inf:
        return usual
    return min(float(value), most)


def challenge(reader_no: int, value: bytes) -> Command:
    """Put a challenge to whoever stands at the reader."""
    return _manufacturer(auth_request(reader_no, value))


def result(reader_no: int, reason: str, *, warned: bool = False) -> Command:
    """Tell whoever stands at the reader. No reason: permitted, perhaps with a warning."""
    permitted = Reason.WARNED if warned else Reason.GRANTED
    return _manufacturer(auth_result(reader_no, reason or permitted.value, permit=not reason))


def light(reader_no: int, seconds: float, *, permit: bool, warned: bool = False) -> Command:
    """Green or red for so long; amber for a permit with a warning."""
    allowed = osdp.CommandLEDColor.Amber if warned else osdp.CommandLEDColor.Green
    colour = allowed if permit else osdp.CommandLEDColor.Red
    units = max(1, min(255, round(seconds * 10)))
    return {
        "command": osdp.Command.LED,
        "reader": reader_no,
        "led_number": 0,
        "temporary": True,
        "control_code": _TEMPORARY,
        "on_count": 1,
        "off_count": 0,
        "on_color": colour,
        "off_color": colour,
        "timer_count": units,
    }


def sound(reader_no: int, *, permit: bool) -> Command:
    """One short tone, or three."""
    repeats = 1 if permit else 3
    return {
        "command": osdp.Command.Buzzer,
        "reader": reader_no,
        "control_code": _TONE,
        "on_count": 1,
        "off_count": 1,
        "rep_count": repeats,
    }


def _manufacturer(data: bytes) -> Command:
    return {"command": osdp.Command.Manufacturer, "vendor_code": VENDOR_CODE, "data": data}
