"""Every route is an act of the table in `domain/acts`: one that is not would be for owners alone, and risky."""

import ast
from pathlib import Path

from nameplate.domain.acts import UNKNOWN, act_of
from nameplate.entry.decide.described import OPERATIONS
from tests.house.tree import SOURCE, files, parse, plant

MANAGE = SOURCE / "entry" / "manage"
VERBS = frozenset({"get", "post", "put", "patch", "delete"})


def manage_routes(folder: Path = MANAGE) -> list[tuple[str, str]]:
    """Method and path of every `@router.get("path")` below a folder."""
    found = []
    for path in files(folder, "*.py"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in VERBS:
                owner = ast.unparse(node.func.value)
                if owner == "router" and node.args and isinstance(node.args[0], ast.Constant):
                    found.append((node.func.attr.upper(), str(node.args[0].value)))
    return sorted(found)


def test_every_route_is_an_act():
    known = [(each.method, each.path) for each in OPERATIONS] + manage_routes()
    assert len(known) > 80
    assert [route for route in known if act_of(*route) is UNKNOWN] == []


def test_a_route_without_an_act_is_found(tmp_path):
    plant(tmp_path, "a.py", "@router.post('/v1/new/{thing}')\nasync def a(): ...\n")
    assert [route for route in manage_routes(tmp_path) if act_of(*route) is UNKNOWN] == [("POST", "/v1/new/{thing}")]
