"""The container file, read line by line: nothing here can build it, so its rules are held instead."""

import re

import pytest

from tests.house.tree import ROOT

FILE = ROOT / "packaging" / "Containerfile"


def steps(text=None):
    """Instructions with their arguments, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", FILE.read_text(encoding="utf-8") if text is None else text)
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def faults(found):
    """What breaks our rules."""
    final = found[max(place for place, step in enumerate(found) if step[0] == "FROM") :]
    users = [words for name, words in final if name == "USER"]
    yield from ("root" for _ in [0] if not users or users[-1].split(":")[0] in ("root", "0"))
    for name, words in found:
        if name == "FROM" and not re.match(r"\S+/\S+:\d[\w.-]+( AS \w+)?$", words):
            yield "image without a version"
        if name == "ADD":
            yield "ADD"
        if name in ("ENV", "ARG") and re.search(r"(?i)passphrase|password|secret|token", words):
            yield "secret"
        if name == "RUN" and "pip install" in words and "--require-hashes" not in words and "--no-deps" not in words:
            yield "unhashed"


def test_the_file_keeps_our_rules():
    assert list(faults(steps())) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("FROM docker.io/a:1\n", "root"),
        ("FROM docker.io/a:1\nUSER 5\nFROM docker.io/a:1\n", "root"),
        ("FROM docker.io/a:latest\nUSER 5\n", "image without a version"),
        ("FROM a\nUSER 5\n", "image without a version"),
        ("FROM docker.io/a:1\nADD x y\nUSER 5\n", "ADD"),
        ("FROM docker.io/a:1\nENV NAMEPLATE_PASSPHRASE=x\nUSER 5\n", "secret"),
        ("FROM docker.io/a:1\nRUN pip install x\nUSER 5\n", "unhashed"),
    ],
)
def test_a_file_that_breaks_one_is_found(text, fault):
    assert fault in list(faults(steps(text)))


def test_what_it_copies_is_there():
    for name, words in steps():
        if name == "COPY" and not words.startswith("--from"):
            assert all((ROOT / path).exists() for path in words.split()[:-1]), words
