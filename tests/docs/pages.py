"""The pages of the manual, and the blocks of code in them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.house.tree import ROOT, files

_FENCE = re.compile(r"```(\w*)")
_DIRECTIVE = re.compile(r"<!-- (not run: \S.*|ends with \d) -->")


class Block(NamedTuple):
    """Code in a page. `line`: of its first line, from 1. `directive`: the comment right above, if it is one of ours."""

    page: Path
    line: int
    language: str
    code: str
    directive: str = ""

    @property
    def where(self) -> str:
        """As in `docs/howto/own-site.md:12`."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """The README and everything below `docs`."""
    return [ROOT / "README.md", *files(ROOT / "docs", "*.md")]


def blocks(page: Path, language: str = "") -> Iterator[Block]:
    """The fenced blocks of a page, of one language if one is given."""
    lines = page.read_text(encoding="utf-8").splitlines()
    start, kind = 0, ""
    for number, line in enumerate(lines, 1):
        fence = _FENCE.fullmatch(line)
        if fence and not start:
            start, kind = number, fence[1]
        elif line == "```":
            if language in ("", kind):
                yield _block(page, lines, (start, number), kind)
            start = 0


def _block(page: Path, lines: list[str], span: tuple[int, int], kind: str) -> Block:
    above = next((line for line in reversed(lines[: span[0] - 1]) if line), "")
    directive = _DIRECTIVE.fullmatch(above)
    code = "\n".join(lines[span[0] : span[1] - 1])
    return Block(page, span[0] + 1, kind, code, directive[1] if directive else "")
