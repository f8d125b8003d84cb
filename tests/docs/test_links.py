"""Links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import pages
from tests.house.tree import ROOT, files, plant

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
OUTSIDE = ("https://", "http://", "mailto:")


def broken(page: Path) -> Iterator[str]:
    """Links of a page to files that are not there, or to headings that the target does not have."""
    text = re.sub(r"(?s)```.*?```", "", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if target.startswith(OUTSIDE):
            continue
        name, _, heading = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (heading and heading not in headings(path)):
            yield f"{page.name}: {target}"


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    titles = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_leads_somewhere():
    found = [ROOT / "CONTRIBUTING.md", *pages(), *files(ROOT / "src", "*.md")]
    assert [link for page in found for link in broken(page)] == []


def test_every_page_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            targets = LINK.findall(page.read_text(encoding="utf-8"))
            waiting += [(page.parent / target.partition("#")[0]).resolve() for target in targets]
    lost = set(pages()) - seen
    assert sorted(page.name for page in lost if page.parent.name != "adr") == []


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    plant(tmp_path, "b.md", "# One Heading\n")
    page = plant(
        tmp_path, "a.md", "[x](gone.md) [y](b.md) [z](b.md#one-heading) [w](b.md#other) [v](https://x.example)"
    )
    assert list(broken(page)) == ["a.md: gone.md", "a.md: b.md#other"]
