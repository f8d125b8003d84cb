"""A person signs in by a provider that others wrote: canaille, in Chromium, from our page and back to it."""

import json

import pytest

from nameplate.domain.people import LOCAL
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.company import PASSWORD, running_company
from tests.entry.people import Somebody, browser, journal, link_of

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", name="chromium")
def chromium_fixture():
    with browser() as started:
        yield started


@pytest.fixture(scope="module", name="server")
def server_fixture(tmp_path_factory):
    port = free_port()
    back = f"http://localhost:{port}/console/sign-in/oidc/idp/callback"
    with running_company(back) as issuer, running_server(tmp_path_factory.mktemp("np"), port) as server:
        bridge = {"kind": "Bridge", "id": "idp", "type": "oidc", "url": issuer, "client": "nameplate"}
        text = json.dumps(bridge | {"roles": {"owners": "owner"}, "amr": "pwd", "max_age": "600"})
        server.client.post("/v1/apply", {"files": [{"name": "b.yaml", "text": text}]})
        yield server


def at_provider(chromium, server, name):
    """Somebody who has signed in at the provider and is on the way back."""
    somebody = Somebody(chromium.new_context(), f"http://localhost:{server.port}")
    somebody.open("/console/sign-in")
    somebody.page.get_by_role("link", name="Sign in by idp").click()
    somebody.page.locator("[name=login]").fill(name)
    somebody.press("Continue")
    somebody.page.locator("[name=password]").fill(PASSWORD)
    return somebody


def test_an_owner_of_the_company_signs_in_takes_a_passkey_and_the_local_owner_ends(chromium, server, tmp_path):
    local = Somebody(chromium.new_context(), f"http://localhost:{server.port}")
    local.become_first(link_of(server))
    ada = at_provider(chromium, server, "ada")
    came_back = []
    ada.page.on("request", lambda each: came_back.append(each.url) if "/callback?" in each.url else None)
    ada.page.locator("[type=submit]").first.click()
    ada.page.wait_for_url("**/console/passkeys")
    ada.press("Make a passkey")
    ada.said("on record")
    assert server.client.get("/v1/proposals")["items"] == []
    people = {each["id"]: each for each in server.client.get("/v1/people")["items"]}
    assert not people[LOCAL]["active"]
    found = next(each for each in people.values() if each["id"] != LOCAL)
    assert (found["name"], found["roles"], len(found["passkeys"])) == ("Ada", ["owner"], 1)
    records = journal(server, tmp_path)
    assert all(
        "Ada" not in str(each) and "clinic.example" not in str(each) for each in records if each["kind"] == "person"
    )
    started = [each for each in records if each["kind"] == "session_started"]
    assert [each["by"] for each in started] == ["link", "oidc:idp"]
    # The same answer of the provider once more, here and in another browser: the code and the state have been used.
    for somebody in (ada, Somebody(chromium.new_context(), ada.origin)):
        answer = somebody.page.goto(came_back[0])
        assert answer is not None
        assert answer.status == 403
        assert "You are not signed in" in somebody.page.content()


def test_who_has_no_role_does_not_get_in(chromium, server):
    eve = at_provider(chromium, server, "eve")
    eve.page.locator("[type=submit]").first.click()
    eve.page.get_by_role("alert").wait_for()
    assert "no role" in str(eve.page.get_by_role("alert").text_content())
    assert all(each["name"] != "__Host-nameplate" for each in eve.context.cookies())


def test_an_answer_with_another_state_is_refused(chromium, server):
    ada = at_provider(chromium, server, "ada")
    ada.open("/console/sign-in/oidc/idp/callback?code=x&state=another")
    assert "was begun in this browser" in str(ada.page.get_by_role("alert").text_content())
    ada.open("/console/sign-in/oidc/idp/callback?code=x&state=another")
    assert "has begun no sign-in" in str(ada.page.get_by_role("alert").text_content()), "each attempt counts once"
