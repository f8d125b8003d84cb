"""The live view: values in, something that rich can print out. No I/O.

Letters on the plan stand where the simulated robots stand. All else is what the journal says.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from rich.console import RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.text import Text

from nameplate.boot.simulation import Floor, Point
from nameplate.domain.actors import State

from .drawing import Cell, Drawing, draw
from .fleet import Member
from .watch import Decided, Found, Stopped, Watch

FLASH_US = 1_200_000
WIDE = 130
LEAST_FLOOR = 17
"""Rows: with fewer the corridors of the building would vanish, so the fleet gives way."""
_ROLE_STYLES = {"pharmacy-runner": "cyan", "ward-supply": "yellow", "cleaner": "magenta"}
_GOOD, _BAD, _QUIET = "bold green", "bold red", "dim"
_FINDING_STYLES = {"critical": "bold white on red", "high": "bold red", "medium": "yellow"}
_INDENT = " " * 6
_CROSS = "\u2573"
# Closed, let in, refused, open: told apart without colour too. First lying, then standing.
_DOORS = {"closed": ("━┃", "bright_blue"), "permit": ("═║", _GOOD), "deny": (_CROSS * 2, _BAD), "open": ("··", "green")}
_ASCII = str.maketrans(f"─│┌┐└┘┬┴├┤┼━┃═║{_CROSS}·✓✗", "-|+++++++++~!=#x.+x")


class Moment(NamedTuple):
    """What to show. `places`: where robots stand, by actor. `now`: microseconds, UTC; the other times: seconds."""

    watch: Watch
    places: Mapping[str, Point]
    now: int
    elapsed: float
    seconds: float


class View:
    """Draws moments, for a terminal of any size from 80 by 24. `ascii_only`: for terminals without line characters."""

    def __init__(self, floor: Floor, fleet: Sequence[Member], *, ascii_only: bool = False) -> None:
        self._members = {member.id: member for member in fleet}
        self._drawn: Callable[[int, int], Drawing] = lru_cache(4)(lambda columns, rows: draw(floor, columns, rows))
        self._ascii = ascii_only

    def render(self, moment: Moment, columns: int, rows: int) -> RenderableType:
        """The whole screen."""
        right = max(43, columns * 2 // 5)
        above = max(LEAST_FLOOR, rows - len(self._members) - 3)
        below = rows - above - 1
        screen = Layout()
        screen.split_column(
            Layout(self._header(moment), size=1), Layout(name="above", size=above), Layout(name="below", size=below)
        )
        screen["above"].split_row(
            Layout(self._box("floor", self._plan(moment, columns - right - 4, above - 2))),
            Layout(self._box("decisions at the doors", self._stream(moment.watch, above - 2)), size=right),
        )
        screen["below"].split_row(
            Layout(self._box("fleet", self._fleet(moment.watch, wide=columns >= WIDE))),
            Layout(self._box("stops", self._stops(moment.watch, below - 2)), size=right),
        )
        return screen

    def _box(self, title: str, content: Text) -> Panel:
        content.no_wrap, content.overflow = True, "crop" if self._ascii else "ellipsis"
        return Panel(self._plain(content), title=title, title_align="left", border_style="bright_black")

    def _header(self, moment: Moment) -> Text:
        watch = moment.watch
        left = f" Nameplate  {int(moment.elapsed):>3} of {moment.seconds:g} s   "
        text = Text(left, style="bold", no_wrap=True)
        text.append(f"{watch.permits} permits", _GOOD).append("  ")
        text.append(f"{watch.denials.total()} denials", _BAD)
        text.append(
            f"  {watch.passages} passages  {len(watch.stops)} stops  {len(watch.findings)} findings", "not bold"
        )
        return text.append(f"  {watch.records} records", "not bold dim")

    def _plan(self, moment: Moment, columns: int, rows: int) -> Text:
        drawing = self._drawn(columns, rows)
        cells: dict[Cell, tuple[str, str]] = {cell: (name, _QUIET) for cell, name in drawing.names.items()}
        cells |= {cell: (line, "") for cell, line in drawing.walls.items()}
        for door, (door_cells, flat) in drawing.doors.items():
            glyphs, style = _DOORS[_door_state(moment, door)]
            cells |= dict.fromkeys(door_cells, (glyphs[not flat], style))
        for actor, place in moment.places.items():
            cells[drawing.scale.cell(place)] = self._mark(moment.watch, actor)
        columns, rows = drawing.scale.across.size, drawing.scale.down.size
        lines = [[cells.get(Cell(column, row), (" ", "")) for column in range(columns)] for row in range(rows)]
        return Text("\n").join(map(_run_together, lines))

    def _mark(self, watch: Watch, actor: str) -> tuple[str, str]:
        member = self._members[actor]
        if watch.registry.standings[actor].state is State.ACTIVE:
            return member.letter, f"bold {_ROLE_STYLES[member.role.contract]}"
        return member.letter.lower(), "bold white on red"

    def _stream(self, watch: Watch, rows: int) -> Text:
        events = [(each.at, self._decided(each)) for each in list(watch.decisions)[-rows:]]
        events += [(found.at, _found(found)) for found in watch.findings]
        newest = sorted(events, key=lambda event: event[0])[-rows:]
        return Text("\n").join(text for _, text in newest)

    def _decided(self, each: Decided) -> Text:
        member = self._members.get(each.actor)
        letter = member.letter if member else "?"
        text = Text.assemble((f"{_clock(each.at)} ", _QUIET), f"{letter} {_short(each.door):<13.13} ")
        return text.append_text(_outcome(each))

    def _fleet(self, watch: Watch, *, wide: bool) -> Text:
        return Text("\n").join(self._row(watch, member, wide=wide) for member in self._members.values())

    def _row(self, watch: Watch, member: Member, *, wide: bool) -> Text:
        standing, last = watch.registry.standings[member.id], watch.last.get(member.id)
        state = str(standing.state).replace("_", " ")
        text = Text.assemble(self._mark(watch, member.id), f" {member.id} ")
        if wide:
            text.append(f"{member.role.contract:<16}", _ROLE_STYLES[member.role.contract])
        text.append(f"{state:<12}", "green" if standing.state is State.ACTIVE else _BAD)
        text.append(f"{_short(standing.zone) or '-':<15.15}")
        if last is not None:
            text.append_text(_outcome(last)).append(f" at {_short(last.door)}" if wide else "", _QUIET)
        return text

    def _stops(self, watch: Watch, rows: int) -> Text:
        newest = list(watch.stops.values())[-max(1, rows // 3) :]
        return Text("\n").join(line for stop in newest for line in _stopped(stop))

    def _plain(self, text: Text) -> Text:
        if self._ascii:
            text.plain = text.plain.translate(_ASCII)
        return text


def _run_together(cells: Iterable[tuple[str, str]]) -> Text:
    """One piece of text for each run of one style: a terminal gets a tenth of the bytes."""
    runs = groupby(cells, key=lambda cell: cell[1])
    return Text.assemble(*(("".join(mark for mark, _ in run), style) for style, run in runs))


def _door_state(moment: Moment, door: str) -> str:
    last = moment.watch.at_door.get(door)
    if last is not None and moment.now - last.at < FLASH_US and not last.permit:
        return "deny"
    if door in moment.watch.open_doors:
        return "open"
    return "permit" if last is not None and moment.now - last.at < FLASH_US else "closed"


def _reason(each: Decided) -> str:
    return each.detail if each.reason == "state" else each.reason


def _outcome(each: Decided) -> Text:
    mark, style = ("✓ ", _GOOD) if each.permit else ("✗ ", _BAD)
    return Text.assemble((mark, style), (_reason(each), "green" if each.permit else "red"))


def _short(ident: str) -> str:
    return ident.removeprefix("L1-").removesuffix("-entrance").removesuffix("-door")


def _found(found: Found) -> Text:
    words = f"! {found.finding} {_short(found.actor or found.door)}"
    return Text.assemble((f"{_clock(found.at)} ", _QUIET), (words, _FINDING_STYLES.get(found.severity, "")))


def _stopped(stop: Stopped) -> tuple[Text, ...]:
    ms = max((receipt["ms"] for receipt in stop.receipts), default=None)
    state, who = stop.state.replace("_", " "), ", ".join(stop.actors)
    first = Text.assemble((f"{_clock(stop.at)} ", _QUIET), (f"{state} ", _BAD), who)
    applied = ("no receipt yet", "yellow") if ms is None else (f"signed receipt after {ms:.1f} ms", "green")
    return first, Text.assemble(_INDENT, (stop.reason, _QUIET)), Text.assemble(_INDENT, applied)


def _clock(at: int) -> str:
    seconds = at // 1_000_000
    return f"{seconds // 60 % 60:02}:{seconds % 60:02}"
