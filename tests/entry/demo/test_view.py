import io

import pytest
from rich.console import Console

from nameplate.entry.demo.fleet import FLEET
from nameplate.entry.demo.view import Moment, View

from .records import AT, PHARMACY, decision, denial, finding, outcome, receipt, stopped, watch_of

CROSS = "\u2573"
HAPPENED = (
    decision("amr-11"),
    outcome("passage", actor="amr-11", to_zone="L1-pharmacy", from_zone="L1-corridor-north"),
    stopped("amr-14"),
    receipt("amr-14"),
    stopped("tug-24", order="retire", to="retired"),
    denial("amr-14", "state", "in_repair"),
    finding("cloned_key", "amr-13"),
    denial("", "replayed"),
)


def screen(floor, watch, columns=100, rows=32, *, after_s=0.0, ascii_only=False, color_system=None):
    places = {member.id: floor.graph.nodes[member.start].at for member in FLEET}
    now = AT + (watch.records - 1 + after_s) * 1_000_000
    view = View(floor, FLEET, ascii_only=ascii_only)
    out = io.StringIO()
    console = Console(
        file=out, width=columns, height=rows, force_terminal=True, color_system=color_system, legacy_windows=False
    )
    console.print(view.render(Moment(watch, places, now, 5.0, 30.0), columns, rows), end="")
    return out.getvalue()


@pytest.mark.parametrize("size", [(80, 24), (100, 32), (160, 48)])
def test_the_screen_is_filled_and_never_overfilled(floor, size):
    lines = screen(floor, watch_of(*HAPPENED), *size).splitlines()
    assert len(lines) == size[1]
    assert max(map(len, lines)) <= size[0]


def test_everything_that_happened_is_to_be_seen(floor):
    shown = screen(floor, watch_of(*HAPPENED))
    for words in (
        "1 permits  2 denials  1 passages  2 stops  1 findings",
        "✓ granted",
        "✗ in_repair",
        "? pharmacy      ✗ replayed",
        "! cloned_key amr-13",
        "in repair amr-14",
        "signed receipt after 1.2 ms",
        "no receipt yet",
    ):
        assert words in shown


def test_a_stopped_robot_is_known_without_colour(floor):
    assert " d amr-14 in repair" in screen(floor, watch_of(*HAPPENED))
    assert " D amr-14 active" in screen(floor, watch_of())


def test_the_zone_of_a_robot_comes_from_passages_not_from_where_it_stands(floor):
    (row,) = (line for line in screen(floor, watch_of(*HAPPENED)).splitlines() if "amr-11" in line)
    assert "pharmacy" in row
    (row,) = (line for line in screen(floor, watch_of()).splitlines() if "amr-11" in line)
    assert "pharmacy" not in row


@pytest.mark.parametrize(
    ("record", "glyph"),
    [(decision("amr-11"), "═"), (denial("amr-11", "rate"), CROSS), (outcome("door_opened"), "·")],
)
def test_a_door_shows_what_happens_there_and_then_rests(floor, record, glyph):
    assert glyph in screen(floor, watch_of(record))
    closed = (record, outcome("door_closed")) if record["kind"] == "outcome" else (record,)
    assert glyph not in screen(floor, watch_of(*closed), after_s=5.0)


def test_a_terminal_without_line_characters_gets_ascii_on_the_floor(floor):
    shown = screen(floor, watch_of(*HAPPENED), ascii_only=True)
    assert not set(f"┌┬━═{CROSS}✓✗") & set(shown)
    assert "x in_repair" in shown


def test_colour_is_there_for_terminals_that_have_it(floor):
    assert "\x1b[1;32m" in screen(floor, watch_of(*HAPPENED), color_system="standard")
    assert "\x1b[1;32m" not in screen(floor, watch_of(*HAPPENED))


def test_a_wide_screen_also_tells_role_and_door(floor):
    row = next(line for line in screen(floor, watch_of(*HAPPENED), 160, 48).splitlines() if "amr-14" in line)
    assert "pharmacy-runner" in row
    assert "at pharmacy" in row
    assert PHARMACY not in row
