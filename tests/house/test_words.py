"""Nothing in the repository depends on, or talks about, the place where it was written."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, plant

FORBIDDEN = {
    "a path of one machine": r"(?<![\w.$}/<>*-])/(?:home|root|Users|work|farm|mnt|tmp|private)/[\w.]",
    "an address of a package index": r"--(?:extra-)?index-url|--find-links|https?://\S+/simple\b",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\n",
    "talk about how it was written": r"(?i)\b(?:agent session|helper session|your brief|the brief says|issue #?\d\b)",
}


def offences(root: Path) -> list[str]:
    """Places below `root` that hold something forbidden. This file, which names it all, is left out."""
    texts = [(path, _text(path)) for path in files(root) if path != Path(__file__).resolve()]
    return [
        f"{path.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match.group().strip()}"
        for path, text in texts
        for what, pattern in FORBIDDEN.items()
        for match in re.finditer(pattern, text)
    ]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_the_repository_holds_nothing_forbidden():
    assert offences(ROOT) == []


@pytest.mark.parametrize(
    "text",
    [
        "open /home/someone/x",
        'DATA = "/tmp/data"',
        "pip install --index-url X",
        "https://index.example/simple/",
        "-----BEGIN EC PRIVATE KEY-----\nMHc",
        "as your brief demands",
        "see issue 7",
    ],
)
def test_each_forbidden_thing_is_found(tmp_path, text):
    plant(tmp_path, "docs/page.md", f"first line\n{text}\n")
    assert [line.startswith("docs/page.md:2: ") for line in offences(tmp_path)] == [True]


@pytest.mark.parametrize("text", ["src/work/x", "$HOME/root/x", "https://example.org/home/x"])
def test_harmless_text_is_left_alone(tmp_path, text):
    plant(tmp_path, "docs/page.md", text)
    assert offences(tmp_path) == []
