"""Panels without doors, for the bench and the benchmark."""

import csv
from pathlib import Path

from nameplate.domain.cards import LAYOUTS, CardNumber
from nameplate.domain.errors import Invalid
from nameplate.enforcement.osdp.panel import KEY_SIZE
from nameplate.enforcement.osdp.virtual_reader.measure import measure
from nameplate.enforcement.osdp.virtual_reader.sim import SimulatedPanel

__all__ = ["SimulatedPanel", "measure", "read_cards", "read_key"]


def read_key(file: Path) -> bytes:
    """The key in a file, 32 hex digits; raises Invalid, which does not show it."""
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise Invalid("panel_key", f"{file} does not hold a key of {KEY_SIZE} bytes.", "Write it as 32 hex digits.")
    return key


def read_cards(file: Path) -> set[str]:
    """The ids of the cards in a list that are not withdrawn; raises Invalid for another kind of file."""
    with file.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    try:
        return {_card(row).id for row in rows if row["withdrawn"] == "False"}
    except (KeyError, TypeError, ValueError):
        remedy = "Write it with `nameplate card list --csv`."
        raise Invalid("card_list", f"{file} is not a list of cards.", remedy) from None


def _card(row: dict[str, str]) -> CardNumber:
    if row["format"] not in LAYOUTS:
        raise ValueError(row["format"])
    return CardNumber(row["format"], int(row["facility"]), int(row["number"]))
