"""A test that cannot run here says what would let it run, and in CI it may not stay silent."""

import ast
from pathlib import Path
from typing import TypeGuard

import pytest

from tests.house.tree import TESTS, files, parse, plant

WAYS_OUT = ("install", "get it with", "put ", "set ", "run ", "start ")
SKIPPING = {"skip", "skipif", "importorskip"}


def unhelpful_skips(folder: Path) -> list[str]:
    """Skips whose reason does not tell what to do. Variables as reasons count as silence, outside `conftest.py`."""
    calls = [(path, node) for path in files(folder, "*.py") for node in ast.walk(parse(path))]
    silent = [(path, call) for path, call in calls if _is_skip(call) and not _helps(call)]
    return [f"{path.relative_to(folder)}:{call.lineno}" for path, call in silent if path != TESTS / "conftest.py"]


def _is_skip(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SKIPPING


def _helps(call: ast.Call) -> bool:
    """Whether some literal text of the call names a way out."""
    literals = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return any(way in literal for literal in literals for way in WAYS_OUT)


def own_searches(folder: Path) -> list[str]:
    """Tests that look for programs themselves: `require_peer` does it, so that CI can insist."""
    asked = [path for path in files(folder, "*.py") if path.name != "conftest.py" and "shutil" in _names(path)]
    return [str(path.relative_to(folder)) for path in asked if "which" in _names(path)]


def _names(path: Path) -> set[str]:
    nodes = list(ast.walk(parse(path)))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {node.id for node in nodes if isinstance(node, ast.Name)}


def test_every_skip_tells_the_way_out():
    assert unhelpful_skips(TESTS) == []


def test_only_require_peer_looks_for_programs():
    assert own_searches(TESTS) == []


@pytest.mark.parametrize(
    "code",
    [
        'pytest.skip("no rsyslogd")',
        "pytest.skip(reason)",
        'pytest.importorskip("cedarpy")',
        '@pytest.mark.skipif(True, reason="slow")\ndef test_a(): ...',
    ],
)
def test_a_skip_without_a_way_out_is_found(tmp_path, code):
    plant(tmp_path, "test_a.py", code)
    assert unhelpful_skips(tmp_path) == ["test_a.py:1"]


def test_a_skip_with_a_way_out_is_fine(tmp_path):
    plant(tmp_path, "test_a.py", 'pytest.skip(f"no {x}; install it with apt-get install {x}")')
    assert unhelpful_skips(tmp_path) == []


def test_a_search_for_a_program_is_found(tmp_path):
    plant(tmp_path, "test_a.py", 'import shutil\nshutil.which("rsyslogd")\n')
    assert own_searches(tmp_path) == ["test_a.py"]
