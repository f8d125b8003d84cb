"""How commands speak: data on stdout, words on stderr, exit codes that scripts can rely on."""

import json
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, NoReturn

import typer

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable


class Exit(IntEnum):
    """Exit codes, alike for all commands."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_FOUND = 3
    DENIED = 4
    CONFLICT = 5
    UNREACHABLE = 6
    CHECK_FAILED = 7


_CODES: tuple[tuple[type[NameplateError], Exit], ...] = (
    (NotFound, Exit.NOT_FOUND),
    (Refused, Exit.DENIED),
    (Conflict, Exit.CONFLICT),
    (Unavailable, Exit.UNREACHABLE),
    (Invalid, Exit.ERROR),
)

JSON = typer.Option(False, "--json", help="Print one JSON document (or one a line for streams).")


def emit(value: Any, *, as_json: bool, text: Callable[[], str]) -> None:
    """Print data: the document itself, or what people would rather read."""
    print(plain(json.dumps(value, ensure_ascii=False) if as_json else text()), flush=True)


def say(message: str) -> None:
    """Words for people."""
    print(plain(message), file=sys.stderr)


def log_to_stderr(command: str) -> None:
    """For commands that do a server's work themselves: its logs must not mix with the data."""
    from nameplate.boot.logs import configure_logs
    from nameplate.boot.settings import LogSettings

    configure_logs(LogSettings(level="warning"), command)


def plain(text: str) -> str:
    """The text without control characters: names come from strangers and must not command the terminal."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns, each as wide as it must be."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join(lines)


def receipts(stop: dict[str, Any]) -> list[str]:
    """What points answered to a stop, or to a lockdown."""
    lines = [f"  {each['point']}: applied after {each['ms']:.1f} ms, signed" for each in stop["receipts"]]
    lines += [f"  {name}: asks each time" for name in stop["online"]]
    lines += [f"  {name}: NO RECEIPT - cannot permit anything after {stop['bound_ms']} ms" for name in stop["missing"]]
    return lines


def fail(error: NameplateError, *, as_json: bool) -> NoReturn:
    """Say what went wrong and what to do next, and end with the code for it."""
    problems = [each if isinstance(each, dict) else _fields(each) for each in getattr(error, "problems", ())]
    if as_json:
        more = getattr(error, "document", {})
        told = more | {"error": error.code, "message": error.message, "remedy": error.remedy, "problems": problems}
        emit(told, as_json=True, text=str)
    for problem in problems:
        say(problem_line(problem))
    # The message of faults only lists them again.
    say(f"nameplate: {error.remedy if problems else error}")
    code = next((code for family, code in _CODES if isinstance(error, family)), Exit.ERROR)
    raise typer.Exit(code)


def _fields(each: Any) -> dict[str, Any]:
    """A problem found in this process, as a server would tell it."""
    named = {"file": each.file, "line": each.line, "column": each.column, "field": each.where}
    return named | {"message": each.message, "remedy": each.remedy}


def problem_line(problem: dict[str, Any]) -> str:
    """`actors.yaml:12: owner: There is no team x. Declare it.`"""
    place = ":".join(str(problem[name]) for name in ("file", "line") if problem.get(name))
    parts = (place, problem.get("field", ""), f"{problem.get('message', '')} {problem.get('remedy', '')}".strip())
    return ": ".join(part for part in parts if part)
