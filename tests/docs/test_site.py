"""The documentation site: built from the pages, whole, and readable for everybody (axe-core in a real browser)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

MAIN = (
    "index",
    "tutorial",
    "howto/own-site",
    "howto/operate",
    "reference/manifests",
    "reference/commands",
    "architecture",
)
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


@pytest.fixture(scope="module", name="site")
def site_fixture(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, str(ROOT / "scripts" / "site.py"), str(out)]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "No issues found" in built.stdout + built.stderr, built.stdout + built.stderr
    return out


def pages(site):
    return {path.relative_to(site).as_posix() for path in site.rglob("*.html")}


def test_every_page_of_the_manual_is_on_the_site_and_in_its_menu(site):
    written = {f"{path.relative_to(ROOT / 'docs').with_suffix('')}.html" for path in (ROOT / "docs").rglob("*.md")}
    assert written <= pages(site)
    menu = (ROOT / "docs" / "site.toml").read_text()
    listed = {page for page in written if not page.startswith("adr/")}
    assert [page for page in sorted(listed) if f'"{page.removesuffix(".html")}.md"' not in menu] == []


def test_every_link_between_pages_leads_somewhere(site):
    missing = []
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        for address in re.findall(r'(?:href|src)="([^"#:]+)(?:#[^"]*)?"', text):
            target = (page.parent / address).resolve()
            if page.name != "404.html" and not target.exists():
                missing.append(f"{page.relative_to(site)}: {address}")
    assert missing == []


def test_nothing_on_the_site_is_fetched_from_elsewhere(site):
    for page in site.rglob("*.html"):
        fetched = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="https?://[^"]+"', page.read_text("utf-8"))
        assert fetched == [], page


@pytest.fixture(scope="module", name="browser")
def browser_fixture(require_peer):
    path = require_peer("chromium", "apt-get install chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", MAIN)
def test_axe_finds_nothing_on_the_main_pages(site, browser, name, scheme):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - as above

    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto(Path(site / f"{name}.html").as_uri())
    found = Axe().run(page).response["violations"]
    page.close()
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
