"""What goes to the panel and what its lights and tones mean. Pure functions."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import osdp

from nameplate.domain.points import PanelPort
from nameplate.domain.verdicts import Decision
from nameplate.enforcement.osdp.wire import VENDOR_CODE, auth_result

Event = dict[str, Any]

# Reasons of this point, beside those of a door controller.
NO_CARD, PANEL_OFFLINE, PANEL_REFUSED, PANEL_SILENT = "no_card", "panel_offline", "panel_refused", "panel_silent"

COLOURS: Mapping[int, str] = {
    osdp.CommandLEDColor.Red: "red",
    osdp.CommandLEDColor.Green: "green",
    osdp.CommandLEDColor.Amber: "amber",
    osdp.CommandLEDColor.Blue: "blue",
    osdp.CommandLEDColor.Magenta: "magenta",
    osdp.CommandLEDColor.Cyan: "cyan",
    osdp.CommandLEDColor.White: "white",
}
MAX_BITS = 512
_PERMANENT_SET, _TEMPORARY_SET, _TONE = 1, 2, 2


class CardBits(NamedTuple):
    """What a reader would have read: `bits` of `data`, the first one leftmost."""

    wiegand: bool
    bits: int
    data: bytes


def card_of(decision: Decision) -> CardBits | None:
    """The card number that a permit brings along; None where there is none that can be presented."""
    card = decision.obligations.get("card")
    if not decision.permit or not isinstance(card, Mapping):
        return None
    form, bits, text = card.get("format"), card.get("bits"), card.get("data")
    if not isinstance(form, str) or not isinstance(bits, int) or not isinstance(text, str):
        return None
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    fits = 0 < bits <= MAX_BITS and len(data) == (bits + 7) // 8
    return CardBits(form.startswith("wiegand"), bits, data) if fits else None


def card_read(card: CardBits) -> Event:
    """The event with which a reader presents a card."""
    form = osdp.CardFormat.Wiegand if card.wiegand else osdp.CardFormat.Unspecified
    event = {"event": osdp.Event.CardRead, "reader_no": 0, "direction": 0, "format": form}
    return event | {"length": card.bits, "data": card.data}


def may_try(reader_no: int) -> Event:
    """Tell whoever stands at our reader that the panel showed nothing: the door may be open."""
    data = auth_result(reader_no, PANEL_SILENT, permit=True)
    return {"command": osdp.Command.Manufacturer, "vendor_code": VENDOR_CODE, "data": data}


class Signals:
    """What the panel shows at one reader. A lasting light says something only when it changes."""

    def __init__(self) -> None:
        self._lasting: dict[int, str] = {}

    def hear(self, command: Mapping[str, Any]) -> str:
        """The name of a signal (`green`, `beep-3`), or nothing."""
        if command["command"] == osdp.Command.Buzzer:
            return f"beep-{command['rep_count']}" if command["control_code"] == _TONE else ""
        if command["command"] != osdp.Command.LED:
            return ""
        lit = command["on_color"] if command["on_count"] else command["off_color"]
        colour = COLOURS.get(lit, "")
        if command["temporary"]:
            return colour if command["control_code"] == _TEMPORARY_SET else ""
        if command["control_code"] != _PERMANENT_SET:
            return ""
        before, self._lasting[command["led_number"]] = self._lasting.get(command["led_number"], ""), colour
        return colour if colour != before else ""


def verdict_of(port: PanelPort, signal: str) -> bool | None:
    """What the panel decided by that signal; None: it says nothing about that."""
    if signal in port.refused:
        return False
    return True if signal in port.granted else None
