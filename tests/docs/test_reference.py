"""The generated pages say what the program says."""

import pytest

from nameplate.domain.verdicts import Reason
from nameplate.enforcement.osdp import mapping
from nameplate.enforcement.osdp.virtual_reader import mapping as panels
from nameplate.entry.cli.output import Exit
from scripts import reference


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_generated_page_is_up_to_date(name):
    written = (reference.REFERENCE / name).read_text(encoding="utf-8")
    assert written == reference.PAGES[name](), "run: .venv/bin/python scripts/reference.py"


def test_every_reason_has_a_meaning_in_its_place():
    assert list(reference.REASONS) == list(Reason)
    page = reference.reasons_page()
    places = [page.index(f"| `{reason}` |") for reason in Reason]
    assert places == sorted(places)


def test_every_reason_of_a_door_has_a_meaning():
    names = {
        mapping.UNAVAILABLE,
        mapping.DOOR_IN_USE,
        mapping.EXPIRED,
        mapping.STOPPED,
        mapping.NO_SECURE_CHANNEL,
        mapping.NAMELESS,
        mapping.STRIKE_FAILED,
        panels.NO_CARD,
        panels.PANEL_OFFLINE,
        panels.PANEL_REFUSED,
        panels.PANEL_SILENT,
    }
    assert set(reference.AT_THE_POINT) == names


def test_every_exit_code_is_explained():
    assert list(reference.EXITS) == list(Exit)


def test_the_commands_of_a_robot_are_there_too():
    page = reference.commands_page()
    assert "## `nameplate robot present`" in page
    assert "## `nameplate actor quarantine`" in page
    assert "`--reason TEXT`" in page


def test_a_setting_is_shown_with_its_limits_and_its_variable():
    line = next(line for line in reference.settings_page().splitlines() if line.startswith("| `port`"))
    assert line.split(" | ")[1:4] == ["`NAMEPLATE_PORT`", "whole number, at least 0, at most 65535", "`8470`"]


def test_a_bar_in_a_cell_does_not_end_it():
    assert reference._table(("a",), [("x|y",)]).endswith("| x\\|y |\n")  # noqa: SLF001 - the one piece with a trap
