"""Every page of the console in Chromium, light and dark, wide and narrow: readable for everybody, nothing unsafe."""

import pytest

from tests.entry.manage.console.furnished import LONG, Reader, furnished
from tests.entry.people import browser

pytestmark = pytest.mark.timeout(300)

PAGES = {
    "overview": "",
    "actors": "actors",
    "found": "actors?q=fleet&state=active&sort=since",
    "none found": "actors?q=nothing-like-it",
    "an actor": "actors/amr-2",
    "a stopped actor": "actors/amr-1",
    "a long actor": f"actors/{LONG}",
    "decisions": "decisions",
    "a refusal": "decisions/{denied}",
    "a permit": "decisions/{permitted}",
    "alarms": "alarms",
    "people": "people",
    "approvals": "approvals",
    "an approval": "approvals/{proposal}",
    "bridges": "bridges",
    "sinks": "sinks",
    "journal": "journal",
    "passkeys": "passkeys",
    "a terminal": "device",
    "not there": "actors/nobody",
    "no such page": "no-such-page",
    "not understood": "decisions?before=yesterday",
    "sign in": "sign-in",
    "first owner": "sign-in/first",
}
LOOKS = (("light", 1280), ("light", 390), ("dark", 1280))
"""Theme and width. `light-dark()` gives both colours of a pair at once: no width changes what a theme is."""
SHAPE = """() => ({
  headings: document.querySelectorAll("h1").length,
  mains: document.querySelectorAll("main").length,
  title: document.title,
  over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  times: [...document.querySelectorAll("time")].filter((each) => each.title !== each.dateTime).length,
})"""


@pytest.fixture(scope="module", name="site")
def site_fixture(tmp_path_factory):
    with furnished(tmp_path_factory.mktemp("console")) as made:
        yield made


@pytest.fixture(scope="module", name="owner")
def owner_fixture(site):
    with browser() as chromium:
        somebody = Reader(chromium.new_context(), site.origin)
        site.take_charge(somebody)
        yield somebody


def show(site, owner, name, scheme, width=1280):
    page, path = owner.page, PAGES[name]
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    owner.complaints.clear()
    answer = page.goto(
        f"{site.origin}/console/" + path.format(denied=site.denied, permitted=site.permitted, proposal=site.proposal)
    )
    return page, answer


@pytest.mark.parametrize(("scheme", "width"), LOOKS, ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_readable_for_everybody_and_does_nothing_unsafe(site, owner, name, scheme, width):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where there is a browser

    page, answer = show(site, owner, name, scheme, width)
    shape = page.evaluate(SHAPE)
    assert shape["title"].endswith(" · Nameplate")
    assert len(shape["title"]) > len(" · Nameplate")
    assert {**shape, "title": ""} == {"headings": 1, "mains": 1, "title": "", "over": 0, "times": 0}
    policy = answer.header_value("content-security-policy")
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    page.wait_for_load_state("load")
    assert owner.complaints == []
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []


def test_a_breach_of_the_policy_would_be_heard(site, owner):
    page, _ = show(site, owner, "overview", "light")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://127.0.0.1:9/x.png'}))")
    page.wait_for_timeout(100)
    assert len(owner.complaints) == 2


@pytest.mark.parametrize(
    ("name", "status"), [("not there", 404), ("no such page", 404), ("not understood", 400), ("overview", 200)]
)
def test_what_went_wrong_is_a_page_with_the_menu(site, owner, name, status):
    page, answer = show(site, owner, name, "light")
    assert answer.status == status
    assert page.get_by_role("navigation", name="Sections").get_by_role("link").count() == 10
    assert "{" not in page.locator("main").inner_text()


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, path) for path in ("actors", "decisions", "alarms", "people", "approvals", "bridges", "sinks", "journal")],
)
def test_the_menu_says_where_one_is(site, owner, path, name):
    page, _ = show(site, owner, name, "light")
    current = page.locator(".menu [aria-current=page]")
    assert current.evaluate_all("all => all.map((each) => each.getAttribute('href'))") == [f"/console/{path}"]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["overview", "decisions", "journal"])
def test_the_menu_shows_where_one_is_and_the_keyboard_starts_before_it(site, owner, name, width):
    page, _ = show(site, owner, name, "light", width)
    seen = page.locator(".menu [aria-current=page]").bounding_box()
    assert seen["x"] >= 0
    assert seen["x"] + seen["width"] <= width
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_actors_are_filtered_in_the_browser_and_the_address_says_so(site, owner):
    page, _ = show(site, owner, "actors", "light")
    page.get_by_role("link", name="More").click()
    page.wait_for_url("**after=*")
    assert page.locator("tbody tr").count() == 8
    page.go_back()
    page.get_by_label("State").select_option("quarantined")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**state=quarantined*")
    assert page.locator("tbody tr th a").all_inner_texts() == ["fleet-001"]
    assert page.get_by_label("State").input_value() == "quarantined"
    page.reload()
    assert page.locator("tbody tr").count() == 1
    page.get_by_role("link", name="Clear").click()
    assert page.locator("tbody tr").count() == 50


def test_the_theme_that_somebody_chooses_stays(site, owner):
    page, _ = show(site, owner, "overview", "light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator(".who summary").click()
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    page, _ = show(site, owner, "sinks", "light")
    assert page.evaluate(ground) == dark
    page.evaluate("localStorage.clear()")


def test_a_proposal_is_approved_on_its_page(site, owner):
    ident = site.proposed("fleet-001")
    owner.open(f"/console/approvals/{ident}")
    owner.press("Approve with a passkey")
    owner.said("Approved: done")
    assert not owner.page.get_by_role("button", name="Withdraw").is_visible()
    assert owner.page.locator("h1 .state").inner_text() == "done"
    assert site.server.client.get("/v1/actors/fleet-001")["state"] == "active"


def test_an_alarm_is_acknowledged_where_it_is_listed(site, owner):
    page, _ = show(site, owner, "alarms", "light")
    row = page.get_by_role("row", name="Reader tampered with")
    row.get_by_role("textbox").fill("I have been there")
    row.get_by_role("button", name="Seen").click()
    row.get_by_text("acknowledged").wait_for()
    assert row.get_by_role("button").count() == 0
    assert page.evaluate("document.activeElement.id") == "told", "who has no mouse goes on from what was said"


def test_nothing_moves(site, owner):
    page, _ = show(site, owner, "overview", "light")
    moves = "(each) => ((s) => s.animationName !== 'none' || s.transitionDuration !== '0s')(getComputedStyle(each))"
    assert page.evaluate(f"[...document.querySelectorAll('*')].filter({moves}).length") == 0
