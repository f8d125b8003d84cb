"""Every route is described beside itself, and the OpenAPI document holds them all."""

import ast
from pathlib import Path

from nameplate.entry.decide import described
from nameplate.entry.decide.described import OPERATIONS
from tests.house.tree import SOURCE, files, parse, plant

DECIDE, MANAGE = SOURCE / "entry" / "decide", SOURCE / "entry" / "manage"
SAY = "describe it: @operation(...) in entry/decide, @answering(...) below the route in entry/manage"


def marked(folder: Path) -> list[tuple[str, str]]:
    """Method and path of every `@operation("METHOD path", ...)` below `folder`."""
    calls = (node for path in files(folder, "*.py") for node in ast.walk(parse(path)) if isinstance(node, ast.Call))
    named = (ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "operation")
    return sorted((text.partition(" ")[0], text.partition(" ")[2]) for text in named)


def silent(folder: Path) -> list[str]:
    """Routes of the framework below `folder` that do not say what they answer."""
    found = []
    for path in files(folder, "*.py"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                words = [ast.unparse(each).partition("(")[0] for each in node.decorator_list]
                if any(word.startswith("router.") for word in words) and "answering" not in words and not _hidden(node):
                    found.append(f"{path.name}: {node.name}: {SAY}")
    return found


def _hidden(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Only the deciding process asks for it, or it is a page for people, or a standard of its own describes it."""
    return any("include_in_schema=False" in ast.unparse(each) for each in node.decorator_list)


def test_every_route_of_the_deciding_process_is_described():
    assert marked(DECIDE) == sorted((each.method, each.path) for each in OPERATIONS), described.__file__


def test_every_route_of_the_managing_process_says_what_it_answers():
    assert silent(MANAGE) == []


def test_a_silent_route_is_found(tmp_path):
    plant(
        tmp_path,
        "a.py",
        "@router.get('/a')\nasync def a(): ...\n@router.get('/b')\n@answering(B)\nasync def b(): ...\n",
    )
    plant(tmp_path, "c.py", "@operation('GET /c', who)\nasync def c(): ...\n")
    assert silent(tmp_path) == [f"a.py: a: {SAY}"]
    assert marked(tmp_path) == [("GET", "/c")]
