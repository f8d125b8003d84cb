"""What the house rules look at: the files of this repository, read once and passed to plain functions."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "nameplate"
TESTS = ROOT / "tests"

GENERATED = {"__pycache__", "build", "dist", "htmlcov", "nameplate-data"}
HIDDEN_BUT_OURS = {".ci", ".github", ".editorconfig", ".gitattributes", ".gitignore"}


def files(folder: Path, pattern: str = "*") -> Iterator[Path]:
    """The repository's own files below `folder`, in a stable order; no caches, no virtual environment."""
    for path in sorted(folder.iterdir()):
        if path.name in GENERATED or (path.name.startswith(".") and path.name not in HIDDEN_BUT_OURS):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from files(path, pattern)
        elif path.is_file() and path.match(pattern):
            yield path


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def plant(root: Path, name: str, text: str = "") -> Path:
    """Write one file of a toy tree in which a rule is to be broken."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
