"""`contract ...`"""

from pathlib import Path
from typing import Any

import typer

from nameplate.entry.client import client

from .manifests import read_files
from .output import JSON, Exit, emit, say
from .places import DATA, existing

app = typer.Typer(no_args_is_help=True)


@app.command("test")
def run_cases(
    file: list[Path] = typer.Argument(help="Case files, - for standard input."),
    draft: list[Path] = typer.Option([], help="Manifests to try on top of what the server has declared."),
    manifests: list[Path] = typer.Option([], help="Manifests to try instead, without a server."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Put test cases to contracts, with nothing applied or recorded. Ends with 7 where an answer is not as expected."""
    if draft and manifests:
        raise typer.BadParameter("--draft goes on top of a server, --manifests without one: give one of them.")
    answer = (
        _alone(file, manifests)
        if manifests
        else client(data).post("/v1/contract-tests", {"cases": read_files(file), "draft": read_files(draft)})
    )
    emit(answer, as_json=as_json, text=lambda: _told(answer))
    if answer["failed"]:
        raise typer.Exit(Exit.CHECK_FAILED)


def _alone(file: list[Path], manifests: list[Path]) -> dict[str, Any]:
    from nameplate.boot import clocks
    from nameplate.boot.timezones import is_timezone, transitions, wall
    from nameplate.domain.registry import Registry
    from nameplate.entry.trials.cases import Clockwork, draft, run_cases

    clockwork = Clockwork(transitions, wall, is_timezone, clocks.wall)
    texts, cases = ([(each["name"], each["text"]) for each in read_files(files)] for files in (manifests, file))
    return run_cases(draft(Registry(), texts, clockwork), cases, clockwork)


def _told(answer: dict[str, Any]) -> str:
    from nameplate.entry.trials.cases import failures

    counted = f"{answer['passed']} passed, {answer['failed']} failed ({answer['rules']} rules in force)"
    return "\n".join([*failures(answer["cases"]), counted])


@app.command("try")
def try_draft(
    file: list[Path] = typer.Argument(help="Manifests of the draft, - for standard input."),
    since: str = typer.Option("7d", help="How far back, as in 12h or 30d."),
    verify: int = typer.Option(0, min=0, help="Compare each so many answers with the reference evaluator; 1: all."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Put the decisions of the last days to a draft and say what would change. Reads the journal, changes nothing."""
    from nameplate.boot import clocks
    from nameplate.boot.history import Past
    from nameplate.boot.timezones import is_timezone, transitions, wall
    from nameplate.entry.trials.cases import Clockwork
    from nameplate.entry.trials.past import lines, try_draft

    begin = clocks.wall() - _seconds(since) * 1_000_000
    clockwork = Clockwork(transitions, wall, is_timezone, clocks.wall)
    texts = [(each["name"], each["text"]) for each in read_files(file)]
    found = try_draft(Past(existing(data), begin), texts, clockwork, verify, say)
    emit(found, as_json=as_json, text=lambda: "\n".join(lines(found)))
    if found["counts"]["mismatches"]:
        raise typer.Exit(Exit.CHECK_FAILED)


def _seconds(text: str) -> int:
    from nameplate.domain.manifests.quantities import parse_period

    seconds = parse_period(text)
    if seconds is None:
        raise typer.BadParameter(f"{text!r} is not a period: write it as 30m, 12h or 7d.")
    return seconds
