"""A stop in Chromium: by keyboard alone, and with receipts as they arrive."""

import os
import signal

import pytest

from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.people import Somebody, browser, link_of
from tests.entry.serve.servers import SITE, apply, connected, point, points, until

pytestmark = pytest.mark.timeout(200)

FLEET = "\n---\n".join(
    f"{{kind: Actor, id: {name}, type: robot, unit: {{manufacturer: A, model: T, serial: {name}}}, owner: ops, "
    "purpose: Tests, state: active, contract: runner}"
    for name in ("amr-1", "amr-2", "amr-3")
)
# What the page has said, one after another: a picture at the end would not show what came first.
LISTEN = """() => {
  const place = document.getElementById("stopped");
  window.said = [];
  new MutationObserver(() => window.said.push(place.innerText)).observe(place, {childList: true, subtree: true});
}"""
FOCUSED = "() => { const at = document.activeElement; return at.name || at.getAttribute('href') || at.innerText; }"
RING = "() => getComputedStyle(document.activeElement).outlineStyle"


@pytest.fixture(scope="module", name="server")
def server_fixture(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("np"), free_port()) as server:
        apply(server, "\n---\n".join([SITE, FLEET, point("east", "d1"), point("west", "d2")]))
        until(lambda: connected(server) == {"east", "west"}, "both points are connected")
        yield server


@pytest.fixture(scope="module", name="owner")
def owner_fixture(server):
    with browser() as chromium:
        somebody = Somebody(chromium.new_context(), f"http://localhost:{server.port}")
        somebody.become_first(link_of(server))
        yield somebody


def walk(page, keys, target):
    """Press a key until `target` has the focus; every stop on the way shows a ring."""
    for _ in range(60):
        page.keyboard.press(keys)
        assert page.evaluate(RING) != "none", page.evaluate(FOCUSED)
        if page.evaluate(FOCUSED) == target:
            return
    pytest.fail(f"{target} cannot be reached by {keys}")


def test_a_stop_is_ordered_by_keyboard_alone(server, owner):
    page = owner.page
    owner.open("/console/")
    page.keyboard.press("/")
    page.keyboard.type("amr-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/actors?q=amr-1")
    page.wait_for_function("document.hasFocus() && document.activeElement === document.body")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "#main"
    page.keyboard.press("Enter")
    walk(page, "Tab", "/console/actors/amr-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/actors/amr-1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    walk(page, "Tab", "order")
    page.keyboard.type("quar")
    walk(page, "Tab", "reason")
    page.keyboard.type("An open service hatch")
    walk(page, "Tab", "Stop amr-1 everywhere")
    page.keyboard.press("Enter")
    page.locator("#stopped", has_text="Now quarantined").wait_for()
    page.locator("h1 .state", has_text="quarantined").wait_for()
    assert page.evaluate("document.activeElement.id") == "stopped"
    assert page.locator("[name=order] option").all_inner_texts() == ["choose", "retire, for good"], "never by default"
    assert "nothing issued at or before" in page.locator("#facts").inner_text()
    assert server.client.get("/v1/actors/amr-1")["state"] == "quarantined"


def test_a_stop_without_a_reason_is_not_sent(server, owner):
    owner.open("/console/actors/amr-3")
    owner.press("Stop amr-3 everywhere")
    assert owner.page.evaluate("document.querySelector('[name=reason]').validity.valueMissing")
    assert server.client.get("/v1/actors/amr-3")["state"] == "active"


def test_receipts_are_shown_as_they_arrive_and_then_who_did_not_answer(server, owner):
    page = owner.page
    owner.open("/console/actors/amr-2")
    page.locator("[data-live-state=live]").wait_for()
    frozen = min(points(server.data))
    os.kill(frozen, signal.SIGSTOP)
    try:
        page.evaluate(LISTEN)
        page.get_by_label("Why").fill("A test.")
        owner.press("Stop amr-2 everywhere")
        page.locator("#stopped", has_text="In force before this answer came").wait_for()
    finally:
        os.kill(frozen, signal.SIGCONT)
    said = page.evaluate("window.said")
    meanwhile = [text for text in said if "In force" not in text and "has applied it after" in text]
    assert meanwhile, said
    assert meanwhile[-1].startswith("Telling every point ...")
    assert meanwhile[-1].count("has applied it after") == 1
    answered = next(name for name in ("east", "west") if f"{name} has applied it" in meanwhile[-1])
    missing = {"east": "west", "west": "east"}[answered]
    assert f"{answered} has applied it after" in said[-1]
    assert f"{missing} did not answer; at worst it takes" in said[-1]


def test_an_order_that_is_refused_says_why(server, owner):
    owner.open("/console/actors/amr-3")
    server.client.post("/v1/orders", {"order": "retire", "actors": ["amr-3"], "reason": "A test."})
    owner.page.get_by_label("Why").fill("Too late")
    owner.press("Stop amr-3 everywhere")
    told = owner.page.locator("#stopped .bad")
    told.wait_for()
    assert "amr-3 is retired" in told.inner_text()
    owner.open("/console/actors/amr-3")
    assert owner.page.get_by_role("button", name="Stop amr-3").count() == 0
