"""`apply`, `diff` and `export`."""

import sys
from pathlib import Path
from typing import Any

import typer

from nameplate.domain.errors import Invalid
from nameplate.entry.client import client

from .output import JSON, emit, problem_line, say
from .places import DATA

FILES = typer.Option(..., "-f", "--file", help="Manifest file, - for standard input. May be given several times.")
PRUNE = typer.Option(
    False, "--prune", help="Also delete what no manifest names. Actors are never deleted: retire them."
)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("apply")(apply)
    app.command("diff")(diff)
    app.command("export")(export)


def apply(file: list[Path] = FILES, prune: bool = PRUNE, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Put manifests in force: all of them, or nothing. Never lifts a stop."""
    answer = client(data).post("/v1/apply", {"files": read_files(file), "prune": prune})
    _warn(answer)
    emit(answer, as_json=as_json, text=lambda: _summary(answer["operations"]))


def diff(file: list[Path] = FILES, prune: bool = PRUNE, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Say what `apply` would change."""
    answer = client(data).post("/v1/diff", {"files": read_files(file), "prune": prune})
    _warn(answer)
    emit(answer, as_json=as_json, text=lambda: "\n".join(_lines(answer["operations"])) or "No difference.")


def export(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Print everything that is declared as manifests, in a stable order, without defaults."""
    for line in client(data).lines("/v1/export?format=" + ("ndjson" if as_json else "yaml")):
        sys.stdout.write(line)


def read_files(files: list[Path]) -> list[dict[str, str]]:
    """Each file as `name` and `text`, - for standard input; raises Invalid for one that cannot be read."""
    try:
        return [
            {"name": str(file), "text": sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")}
            for file in files
        ]
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("file", f"A manifest cannot be read: {error}.") from None


def _warn(answer: dict[str, Any]) -> None:
    for warning in answer["warnings"]:
        say(f"warning: {problem_line(warning)}")


def _summary(operations: list[dict[str, Any]]) -> str:
    counts = {
        name: sum(each["op"] == name for each in operations) for name in ("create", "update", "delete", "unchanged")
    }
    words = {"create": "created", "update": "changed", "delete": "deleted", "unchanged": "unchanged"}
    return ", ".join(f"{count} {words[name]}" for name, count in counts.items())


def _lines(operations: list[dict[str, Any]]) -> list[str]:
    signs = {"create": "+", "update": "~", "delete": "-"}
    lines = []
    for each in operations:
        if each["op"] in signs:
            lines.append(f"{signs[each['op']]} {each['kind']} {each['id']}")
            lines += [
                f"    {field['field']}: {field['from']} -> {field['to']}"
                for field in each.get("fields", ())
                if each["op"] == "update"
            ]
    return lines
