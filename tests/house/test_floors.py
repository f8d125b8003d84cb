"""The import contracts of pyproject.toml, each seen to break on a planted fault in a toy tree."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SOURCE, plant

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in CONFIG["contracts"]}
NOT_ADAPTERS = {"entry", "boot", "flows", "ports", "domain"}
# Two of a kind for each wildcard of the contracts.
PAIRS = ["enforcement/osdp", "enforcement/mqtt", "bridges/scim", "bridges/ldap"]
PAIRS += ["exports/formats/ocsf", "exports/formats/cef", "exports/sinks/file", "exports/sinks/syslog"]
PAIRS += ["flows/stop", "flows/enrol", "domain/actors", "domain/links", "entry/cli", "ports/bus"]

# (contract, file of the toy tree, line planted there)
FAULTS = [
    ("floors", "domain/actors", "import nameplate.ports.bus"),
    ("floors", "ports/bus", "import nameplate.flows.stop"),
    ("floors", "stores", "import nameplate.boot"),
    ("floors", "stores", "import nameplate.flows.stop"),
    ("floors", "boot", "import nameplate.entry.cli"),
    ("floors", "utils", ""),
    ("siblings", "enforcement/osdp", "import nameplate.enforcement.mqtt"),
    ("siblings", "bridges/scim", "import nameplate.bridges.ldap"),
    ("siblings", "exports/formats/ocsf", "import nameplate.exports.formats.cef"),
    ("siblings", "exports/sinks/file", "import nameplate.exports.sinks.syslog"),
    ("siblings", "flows/stop", "import nameplate.flows.enrol"),
    ("pure", "domain/actors", "import sqlite3"),
    ("pure", "domain/actors", "import pydantic"),
    ("sockets", "enforcement/osdp/wire", "import socket"),
    ("sockets", "enforcement/osdp/mapping", "from nameplate.enforcement.osdp import point"),
    ("sockets", "exports/formats/ocsf", "import subprocess"),
    ("adapters", "entry/cli", "import nameplate.enforcement.osdp.point"),
    ("adapters", "entry/cli", "from nameplate.journals import memory"),
    ("cycles", "domain/actors", "import nameplate.domain.links"),
]


def toy_tree(root: Path) -> Path:
    """The smallest tree that has everything the contracts name and breaks none of them."""
    shutil.copy(ROOT / "pyproject.toml", root)
    package = root / "src" / "nameplate"
    adapters = {name.removeprefix("nameplate.") for name in CONTRACTS["adapters"]["protected_modules"]}
    for name in ["", *adapters, *NOT_ADAPTERS, "exports/formats", "exports/sinks", *PAIRS]:
        plant(package, f"{name}/__init__.py".lstrip("/"))
    plant(package, "journals/memory.py")
    plant(package, "enforcement/osdp/wire.py")
    plant(package, "enforcement/osdp/mapping.py", "import nameplate.domain.actors\n")
    plant(package, "enforcement/osdp/point.py", "import socket\n")
    plant(package, "domain/links/__init__.py", "import hashlib\nimport nameplate.domain.actors\n")
    plant(package, "boot/__init__.py", "import nameplate.enforcement.osdp.point\n")
    return package


def broken(root: Path) -> set[str]:
    """Ids of the contracts that the tree below `root` breaks."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", run.stdout, re.MULTILINE))
    names = {contract["name"]: contract["id"] for contract in CONFIG["contracts"]}
    assert set(verdicts) == set(names), f"not every contract was checked:\n{run.stdout}{run.stderr}"
    found = {names[name] for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert bool(found) == bool(run.returncode)
    return found


def test_the_tree_without_a_fault_keeps_every_contract(tmp_path):
    toy_tree(tmp_path)
    assert broken(tmp_path) == set()


@pytest.mark.parametrize(("contract", "module", "line"), FAULTS, ids=lambda value: value.replace("nameplate.", ""))
def test_a_planted_fault_breaks_its_contract_and_no_other(tmp_path, contract, module, line):
    package = toy_tree(tmp_path)
    path = package / f"{module}.py"
    path = path if path.exists() else package / module / "__init__.py"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    plant(package, str(path.relative_to(package)), before + line + "\n")
    assert broken(tmp_path) == {contract}


def test_every_contract_has_a_planted_fault():
    assert {fault[0] for fault in FAULTS} == set(CONTRACTS)


def test_every_adapter_package_is_protected():
    tops = {path.relative_to(SOURCE).parts[0] for path in SOURCE.glob("*/**/*.py")}
    protected = {name.removeprefix("nameplate.") for name in CONTRACTS["adapters"]["protected_modules"]}
    assert tops - NOT_ADAPTERS == protected
