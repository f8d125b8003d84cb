"""A server on which nothing is declared and nothing has happened: each page says so, and what comes next."""

import pytest

from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.manage.console.furnished import Reader
from tests.entry.people import browser, link_of

pytestmark = pytest.mark.timeout(200)

SAID = {
    "": ("No point, bridge or sink is declared yet.", "Nobody has been refused lately.", "All quiet."),
    "actors": ("There is no actor yet.", "nameplate import fleet"),
    "decisions": ("No decision fits", "nameplate journal export"),
    "alarms": ("There was never an alarm.",),
    "people": ("Local owner", "No team is declared."),
    "approvals": ("Nothing waits for anybody.",),
    "bridges": ("None is declared.", "type: scim"),
    "sinks": ("nothing leaves this machine", "format: ocsf"),
    "journal?kind=nothing": ("No record fits",),
}


@pytest.fixture(scope="module", name="owner")
def owner_fixture(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("np"), free_port()) as server, browser() as chromium:
        somebody = Reader(chromium.new_context(), f"http://localhost:{server.port}")
        somebody.become_first(link_of(server))
        yield somebody


@pytest.mark.parametrize("path", SAID)
def test_an_empty_page_says_so_and_what_comes_next(owner, path):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where there is a browser

    for scheme in ("light", "dark"):
        owner.page.emulate_media(color_scheme=scheme)
        owner.open(f"/console/{path}")
        text = owner.page.locator("main").inner_text()
        assert [words for words in SAID[path] if words not in text] == []
        found = Axe().run(owner.page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:200], scheme) for each in found] == []
        assert owner.page.locator("main table thead").count() == (path == "people")
    assert owner.complaints == []
