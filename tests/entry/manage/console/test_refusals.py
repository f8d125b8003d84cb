"""Whoever may not: told on pages, and refused by the server whatever a page shows."""

import json

import pytest

from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.company import PASSWORD, running_company
from tests.entry.manage.console.furnished import Reader
from tests.entry.people import browser
from tests.entry.world import RECORDS

pytestmark = pytest.mark.timeout(300)
STOP = {"order": "suspend", "actors": ["alice"], "reason": "A test."}
PAGES = (
    "",
    "actors",
    "actors/alice",
    "decisions",
    "alarms",
    "people",
    "approvals",
    "bridges",
    "sinks",
    "journal",
    "live",
)


class Employee(Reader):
    """Somebody whom the company sends. `issuer`: where she signs in."""

    def __init__(self, context, server, issuer):
        super().__init__(context, f"http://localhost:{server.port}")
        self.server, self.issuer = server, issuer

    def has_role(self, role):
        """From now on this is what her group may do."""
        bridge = {"kind": "Bridge", "id": "idp", "type": "oidc", "url": self.issuer, "client": "nameplate"}
        text = json.dumps(bridge | {"roles": {"owners": role}, "amr": "pwd", "max_age": "600"})
        self.server.client.post("/v1/apply", {"files": [{"name": "bridge.yaml", "text": text}]})


@pytest.fixture(scope="module", name="chromium")
def chromium_fixture():
    with browser() as started:
        yield started


@pytest.fixture(scope="module", name="ada")
def ada_fixture(tmp_path_factory, chromium):
    """Somebody whom the company has sent, with the role that a test gives her group: see `Employee.has_role`."""
    port = free_port()
    with (
        running_company(f"http://localhost:{port}/console/sign-in/oidc/idp/callback") as issuer,
        running_server(tmp_path_factory.mktemp("np"), port) as server,
    ):
        ada = Employee(chromium.new_context(), server, issuer)
        server.client.post("/v1/apply", {"files": [{"name": "world.yaml", "text": RECORDS}]})
        ada.has_role("viewer")
        ada.open("/console/actors/alice")
        ada.page.get_by_role("link", name="Sign in by idp").click()
        ada.page.locator("[name=login]").fill("ada")
        ada.press("Continue")
        ada.page.locator("[name=password]").fill(PASSWORD)
        ada.page.locator("[type=submit]").first.click()
        ada.page.wait_for_url("**/console/actors/alice")
        yield ada


def sections(ada):
    return ada.page.get_by_role("navigation", name="Sections").get_by_role("link").all_inner_texts()


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_only_reads_sees_no_stop_and_cannot_order_one(ada, role):
    ada.has_role(role)
    ada.open("/console/actors/alice")
    assert ada.page.get_by_role("heading", name="Latest decisions").count() == 1
    assert ada.page.get_by_role("button", name="Stop").count() == 0
    assert ada.page.locator("form[data-act]").count() == 0
    status, problem, _ = ada.post("/v1/orders", STOP)
    assert (status, problem["type"]) == (403, "urn:nameplate:problem:role")
    assert ada.server.client.get("/v1/actors/alice")["state"] == "active"


def test_an_operator_sees_it_and_can(ada):
    ada.has_role("operator")
    ada.open("/console/actors/bob")
    ada.page.get_by_label("Why").fill("A test.")
    ada.press("Stop bob everywhere")
    ada.page.locator("#stopped", has_text="Now suspended").wait_for()


def test_a_page_asks_nobody_to_approve_who_may_not(ada):
    ada.has_role("operator")
    status, proposed, _ = ada.post("/v1/orders", STOP | {"order": "activate"})
    assert status == 202
    path = f"/console/approvals/{proposed['proposal']}"
    for role, buttons in (
        ("viewer", []),
        ("operator", ["Withdraw"]),
        ("owner", ["Approve with a passkey", "Withdraw"]),
    ):
        ada.has_role(role)
        ada.open(path)
        assert ada.page.locator("main button").all_inner_texts() == buttons
        assert ada.page.get_by_text("Your roles do not approve this.").count() == (role != "owner")
    ada.has_role("operator")
    ada.open(path)
    ada.press("Withdraw")
    ada.said("Withdrawn")
    assert ada.page.locator("h1 .state").inner_text() == "withdrawn"


def test_a_section_that_somebody_may_not_see_is_not_in_their_menu_and_refused_as_a_page(ada):
    ada.has_role("viewer")
    ada.open("/console/")
    assert "People" not in sections(ada)
    answer = ada.page.goto(f"{ada.origin}/console/people")
    assert answer.status == 403
    assert "This is for: approver, auditor, owner, security" in ada.page.get_by_role("heading").inner_text()
    assert ada.page.title().endswith(" · Nameplate")
    ada.page.get_by_role("link", name="To the overview").click()
    ada.page.wait_for_url("**/console/")
    ada.has_role("auditor")
    ada.open("/console/people")
    assert "People" in sections(ada)
    assert ada.page.get_by_role("rowheader", name="Ada").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_page_of_refusal(ada, scheme):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where there is a browser

    ada.has_role("viewer")
    ada.page.emulate_media(color_scheme=scheme)
    ada.complaints.clear()
    ada.open("/console/people")
    found = Axe().run(ada.page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    assert ada.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_signed_out_is_led_to_the_door(ada, chromium, path):
    stranger = chromium.new_context().new_page()
    answer = stranger.goto(f"{ada.origin}/console/{path}?q=a%20b")
    assert answer.status == 200
    assert stranger.url == f"{ada.origin}/console/sign-in?next=/console/{path}%3Fq%3Da%2520b"
    assert stranger.locator("main :is(table, dl, ul, form)").count() == 0
    stranger.context.close()


def test_signing_out_ends_it(ada):
    ada.has_role("viewer")
    ada.open("/console/")
    ada.page.locator(".who summary").click()
    ada.press("Sign out")
    ada.page.wait_for_url("**/console/sign-in")
    ada.open("/console/")
    assert "/console/sign-in" in ada.page.url
