"""The page about the journal knows every kind of record and every finding of the program."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.records import documented
from tests.house.tree import ROOT, SOURCE, files, parse, plant

PAGE = ROOT / "docs" / "reference" / "journal.md"
WRITERS = [SOURCE / name for name in ("flows", "journals", "boot", "entry/decide")]


def kinds(folder: Path) -> set[str]:
    """The kinds of record that the code below `folder` writes: in dicts, in msgspec tags, in literal JSON."""
    return {kind for path in files(folder, "*.py") for kind in _kinds(parse(path))}


def _kinds(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (_text(value) for key, value in pairs if key and _text(key) == "kind" and _text(value))
        elif isinstance(node, ast.keyword) and node.arg == "tag":
            yield _text(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            yield from re.findall(r'"kind":"(\w+)"', node.value.decode("latin-1"))


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def findings(folder: Path) -> set[str]:
    """The names of the findings that the code below `folder` raises."""
    calls = (node for path in files(folder, "*.py") for node in ast.walk(parse(path)) if isinstance(node, ast.Call))
    raised = (call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Finding")
    return {_text(first) for first in raised}


def test_the_page_knows_every_kind_of_record_and_no_other():
    written = {kind for folder in WRITERS for kind in kinds(folder)}
    assert set(documented()) == written


def test_the_page_knows_every_finding():
    line = re.search(r"(?m)^Findings of this version: (.+)\.$", PAGE.read_text(encoding="utf-8"))
    assert line
    assert set(re.findall(r"`(\w+)`", line[1])) == findings(SOURCE)


def test_a_kind_is_found_however_it_is_written(tmp_path):
    plant(tmp_path, "a.py", 'note({"kind": "one"})\nclass Two(Struct, tag_field="kind", tag="two"): ...\n')
    plant(tmp_path, "b.py", 'append(b\'{"kind":"three","x":1}\')\nother = {"kind": word}\n')
    assert kinds(tmp_path) == {"one", "two", "three"}
