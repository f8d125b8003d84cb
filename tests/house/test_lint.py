"""Rules that only ruff holds are seen to fire, in the place where they must and nowhere else."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SOURCE, files, parse

RUFF = Path(sys.executable).with_name("ruff")
DOMAIN, FLOWS, TESTS = "src/nameplate/domain/planted.py", "src/nameplate/flows/planted.py", "tests/planted.py"
NOW = "from datetime import datetime\n\nseen = datetime.now\n"
# The part of the standard library that only computes. Everything else is refused, also what nobody thought of.
PURE = {
    "base64",
    "binascii",
    "bisect",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
}
PURE |= {"enum", "fnmatch", "fractions", "functools", "hashlib", "heapq", "hmac", "ipaddress", "itertools", "json"}
PURE |= {"math", "operator", "re", "statistics", "string", "struct", "textwrap", "types", "typing", "unicodedata"}


def fired(place: str, code: str) -> set[str]:
    """The rules that `code` would break if it stood at `place`."""
    command = [str(RUFF), "check", "--no-cache", "--output-format", "json", "--stdin-filename", place, "-"]
    run = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=False)
    return {finding["code"] for finding in json.loads(run.stdout)}


def imported(path: Path) -> set[str]:
    """Top packages that a module imports, itself apart."""
    found: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
    return found - {"nameplate"}


def unreasoned(config: str) -> list[str]:
    """Lists of exempted ruff rules, by key, whose first line has no comment."""
    lists = re.findall(r'(?m)^(ignore|"[^"\n]+") = \[(.*(?:\n.+)?)', config)
    return [key for key, opening in lists if "#" not in opening]


@pytest.mark.parametrize(
    "code",
    [
        NOW,
        "import time\n\nseen = time.monotonic\n",
        "from uuid import uuid4\n\nseen = uuid4\n",
        "import random\n\nseen = random\n",
        "import secrets\n\nseen = secrets\n",
        "import os\n\nseen = os\n",
        "from socket import socket\n\nseen = socket\n",
    ],
)
def test_the_domain_can_reach_no_clock_no_randomness_and_no_system(code):
    assert "TID251" in fired(DOMAIN, code)


def test_the_domain_can_open_no_file():
    assert "PTH123" in fired(DOMAIN, 'seen = open("x")\n')


def test_other_floors_may_read_the_clock():
    assert "TID251" not in fired(FLOWS, NOW)


def test_mocks_are_refused():
    assert "TID251" in fired(TESTS, "from unittest.mock import Mock\n\nseen = Mock\n")


def test_the_domain_imports_only_what_computes():
    assert {
        path.name: imported(path) - PURE for path in files(SOURCE / "domain", "*.py") if imported(path) - PURE
    } == {}


def test_an_import_is_found_in_any_form(tmp_path):
    path = tmp_path / "planted.py"
    path.write_text("import os.path\nfrom socket import socket\n\ndef later():\n    import time\n", encoding="utf-8")
    assert imported(path) - PURE == {"os", "socket", "time"}


def test_every_list_of_exemptions_opens_with_a_reason():
    assert unreasoned((ROOT / "pyproject.toml").read_text(encoding="utf-8")) == []


def test_a_list_of_exemptions_without_a_reason_is_found():
    good = 'ignore = [\n  # Why.\n  "D100",\n]\n"tests/**" = [\n  "S101", # why\n]\n'
    assert unreasoned(good) == []
    assert unreasoned(good.replace("  # Why.\n", "")) == ["ignore"]
    assert unreasoned(good.replace(" # why", "")) == ['"tests/**"']
    assert unreasoned('"a/**" = ["S101"]\n') == ['"a/**"']
