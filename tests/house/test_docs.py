"""The documentation names every command, every setting and every change."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from nameplate.boot.settings import Settings
from nameplate.entry.cli import app
from tests.house.tree import ROOT, files, plant

FRAGMENT = re.compile(r"[a-z0-9-]+\.(added|changed|deprecated|removed|fixed|security)\.md")


def commands(command: Any, name: str = "nameplate") -> Iterator[str]:
    """The full names of all commands that are not hidden. Typer brings its own Click, so groups tell by shape."""
    if not hasattr(command, "commands"):
        yield name
        return
    for child, sub in sorted(command.commands.items()):
        yield from () if sub.hidden else commands(sub, f"{name} {child}")


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted names of all settings."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def untold(names: Iterator[str], text: str) -> list[str]:
    """Those names that the text does not have as code: in backticks, or in a line of a console block."""
    return [name for name in names if not re.search(rf"(?m)(?:`|^\$ |^ {{4}}|^){re.escape(name)}(?![\w.-])", text)]


def manual() -> str:
    pages = [ROOT / "README.md", *files(ROOT / "docs", "*.md")]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def odd_fragments(folder: Path) -> list[str]:
    return [path.name for path in files(folder) if path.name != "README.md" and not FRAGMENT.fullmatch(path.name)]


def odd_records(folder: Path) -> list[str]:
    """Decision records without a number of their own, or whose heading does not repeat it."""
    seen: set[str] = set()
    odd = []
    for path in files(folder, "*.md"):
        number = path.name[:4]
        if number in seen or not path.read_text(encoding="utf-8").startswith(f"# {number}: "):
            odd.append(path.name)
        seen.add(number)
    return odd


def test_every_command_is_in_the_manual():
    assert untold(commands(typer.main.get_command(app)), manual()) == []


def test_every_setting_is_in_the_manual():
    assert untold(keys(Settings), manual()) == []


def test_the_walk_finds_nested_commands_and_settings():
    assert "nameplate access check" in set(commands(typer.main.get_command(app)))
    assert "authzen.subject_types" in set(keys(Settings))


def test_a_name_counts_only_as_code_and_only_whole():
    text = "Use `nameplate serve --data DIR`.\n$ nameplate apply -f x\nprose about nameplate demo, `port.range`"
    names = ["nameplate serve", "nameplate apply", "nameplate demo", "port"]
    assert untold(iter(names), text) == ["nameplate demo", "port"]


def test_change_fragments_are_named_after_their_kind(tmp_path):
    assert odd_fragments(ROOT / "CHANGELOG.d") == []
    plant(tmp_path, "fine-name.fixed.md", "x")
    plant(tmp_path, "notes.md", "x")
    assert odd_fragments(tmp_path) == ["notes.md"]


def test_decision_records_are_numbered_once(tmp_path):
    assert odd_records(ROOT / "docs" / "adr") == []
    plant(tmp_path, "0001-fine.md", "# 0001: Fine\n")
    plant(tmp_path, "0001-twice.md", "# 0001: Twice\n")
    plant(tmp_path, "0002-other.md", "# 2: Other\n")
    plant(tmp_path, "thoughts.md", "# Thoughts\n")
    assert odd_records(tmp_path) == ["0001-twice.md", "0002-other.md", "thoughts.md"]
