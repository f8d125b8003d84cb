"""Build the documentation site: `site.py OUT`. The pages stay readable where they lie; the site is made from copies."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = "site.toml"
LINK = re.compile(r"\[([^\]]*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def places() -> dict[Path, Path]:
    """Where each page and picture stands on the site, by where it lies in the project."""
    found = {path: path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*") if path.is_file()}
    found[ROOT / "README.md"] = Path("index.md")
    found[ROOT / "CONTRIBUTING.md"] = Path("contributing.md")
    for readme in (ROOT / "src").rglob("README.md"):
        found[readme] = (
            Path("parts") / f"{readme.parent.relative_to(ROOT / 'src/nameplate').as_posix().replace('/', '-')}.md"
        )
    return found


def rewritten(text: str, source: Path, targets: Mapping[Path, Path]) -> str:
    """The page with links that hold on the site. A link to what is not on it leaves its text."""

    def link(match: re.Match[str]) -> str:
        target = targets.get((source.parent / match[2]).resolve())
        if target is None:
            return match[1]
        return f"[{match[1]}]({os.path.relpath(target, targets[source].parent)}{match[3] or ''})"

    return LINK.sub(link, text)


def stage(folder: Path) -> None:
    """Copy all pages to `folder`, links adapted."""
    targets = places()
    for source, target in targets.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            path.write_text(rewritten(source.read_text("utf-8"), source, targets), "utf-8")
        else:
            shutil.copyfile(source, path)


def main() -> None:
    """Build into the folder that the command line names."""
    out = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stage(folder / "docs")
        shutil.copyfile(ROOT / "docs" / CONFIG, folder / "zensical.toml")
        subprocess.run([Path(sys.executable).with_name("zensical"), "build", "--clean"], cwd=folder, check=True)  # noqa: S603 - our own
        shutil.rmtree(out, ignore_errors=True)
        shutil.move(folder / "site", out)


if __name__ == "__main__":
    main()
