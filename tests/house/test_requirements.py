"""What is installed is pinned, hashed, and the same wherever it comes from."""

import re
import tomllib
from pathlib import Path

import pytest

from nameplate import __version__
from tests.house.tree import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def unsound(text: str) -> list[str]:
    """Requirements without an exact version or a hash, and options that choose an index."""
    entries = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n?", "", text)).splitlines()
    pinned = re.compile(r"[\w.\-\[\],]+==\S+ (?:\s*;.+?)?(?:\s*--hash=sha256:[0-9a-f]{64})+\s*$")
    return [entry.split(" ")[0] for entry in entries if entry.strip() and not pinned.match(entry)]


def names(requirements: str) -> set[str]:
    return set(re.findall(r"(?m)^([\w.\-]+)==", requirements))


def declared(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.\-]", requirement)[0] for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_and_hashed(lock: Path):
    assert unsound(lock.read_text(encoding="utf-8")) == []


def test_the_locks_hold_what_the_project_declares():
    run, dev = ((ROOT / "requirements" / name).read_text(encoding="utf-8") for name in ("run.txt", "dev.txt"))
    wanted = declared(PROJECT["dependencies"])
    assert wanted - names(run) == set()
    assert (wanted | declared(PROJECT["optional-dependencies"]["dev"])) - names(dev) == set()


def test_running_needs_nothing_of_what_developing_needs():
    run = names((ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"))
    assert run & declared(PROJECT["optional-dependencies"]["dev"]) == set()


def test_the_version_is_told_once():
    assert __version__ == PROJECT["version"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a==1 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via b\n", []),
        ("a==1 ; python_version < '3.12' \\\n    --hash=sha256:" + "0" * 64, []),
        ("a==1\n", ["a==1"]),
        ("a>=1 \\\n    --hash=sha256:" + "0" * 64, ["a>=1"]),
        ("a==1 \\\n    --hash=md5:" + "0" * 32, ["a==1"]),
        ("-i https://index.example/\n", ["-i"]),
    ],
)
def test_an_unsound_requirement_is_found(text, found):
    assert unsound(text) == found
