"""Each module that does something has a test module of its own, in the same place below `tests`."""

import ast
from pathlib import Path

from tests.house.tree import ROOT, SOURCE, files, parse, plant

# Module below src/nameplate -> why it has no twin. Counted down, never up.
EXEMPT: dict[str, str] = {}


def lonely(source: Path, tests: Path) -> list[str]:
    """Modules of `source`, relative to it, that run code and have no twin below `tests`."""
    modules = [path.relative_to(source) for path in files(source, "*.py") if _does_something(parse(path))]
    return [module.as_posix() for module in modules if not (tests / _twin(module)).exists()]


def _twin(module: Path) -> Path:
    return module.with_name(f"test_{module.stem.strip('_')}.py")


def _does_something(tree: ast.Module) -> bool:
    """Whether any function has a body. Protocols, constants and plain values declare; there is nothing to run."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return any(not _is_blank(statement) for function in functions for statement in function.body)


def _is_blank(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def test_every_module_has_its_twin():
    assert [module for module in lonely(SOURCE, ROOT / "tests") if module not in EXEMPT] == []


def test_no_exemption_outlives_its_reason():
    assert sorted(set(EXEMPT) - set(lonely(SOURCE, ROOT / "tests"))) == []


def test_a_module_without_twin_is_found(tmp_path):
    plant(tmp_path, "src/flows/stop.py", "def stop():\n    return 1\n")
    plant(tmp_path, "src/flows/enrol.py", "def enrol():\n    return 1\n")
    plant(tmp_path, "src/flows/__init__.py", "def shown():\n    return 1\n")
    plant(tmp_path, "tests/flows/test_stop.py")
    assert lonely(tmp_path / "src", tmp_path / "tests") == ["flows/__init__.py", "flows/enrol.py"]


def test_a_module_that_only_declares_needs_no_twin(tmp_path):
    plant(tmp_path, "src/ports/bus.py", 'class Bus:\n    def send(self):\n        """Send."""\n        ...\n')
    assert lonely(tmp_path / "src", tmp_path / "tests") == []
