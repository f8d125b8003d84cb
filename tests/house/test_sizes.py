"""Small files, small functions: the tail is capped, so that no file becomes an attic."""

import ast
from pathlib import Path

from tests.house.tree import SOURCE, TESTS, files, parse, plant

FILE_LINES = 400
FUNCTION_LINES = 45


def too_long(folder: Path) -> list[str]:
    """Python files and functions of `folder` that are longer than the caps."""
    found = []
    for path in files(folder, "*.py"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            found.append(f"{path}: {lines} lines, at most {FILE_LINES}; split it by nouns")
        found += [
            f"{path}:{line}: {name} has {size} lines, at most {FUNCTION_LINES}" for name, line, size in _big(path)
        ]
    return found


def _big(path: Path) -> list[tuple[str, int, int]]:
    functions = [node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = [(node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions]
    return [entry for entry in sizes if entry[2] > FUNCTION_LINES]


def test_no_file_and_no_function_is_too_long():
    assert too_long(SOURCE) + too_long(TESTS) == []


def test_a_file_one_line_over_the_cap_is_found(tmp_path):
    plant(tmp_path, "fits.py", "x = 1\n" * FILE_LINES)
    long = plant(tmp_path, "long.py", "x = 1\n" * (FILE_LINES + 1))
    assert [line.startswith(str(long)) for line in too_long(tmp_path)] == [True]


def test_a_function_one_line_over_the_cap_is_found(tmp_path):
    fits = "def fits():\n" + "    x = 1\n" * (FUNCTION_LINES - 1)
    long = "async def long():\n" + "    x = 1\n" * FUNCTION_LINES
    plant(tmp_path, "functions.py", fits + long)
    assert ["long has 46 lines" in line for line in too_long(tmp_path)] == [True]
