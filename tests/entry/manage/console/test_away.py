"""What a page says while a process of the server is away."""

import os
import signal

import pytest

from tests.entry.manage.console.browsing import look, peek
from tests.entry.people import Somebody, browser, link_of
from tests.entry.serve.servers import answers, processes, until

pytestmark = pytest.mark.timeout(200)


@pytest.fixture(name="owner")
def owner_fixture(own_world):
    with browser() as chromium:
        somebody = Somebody(chromium.new_context(), f"http://localhost:{own_world.server.port}")
        somebody.become_first(link_of(own_world.server))
        yield somebody


@pytest.fixture(name="alone")
def alone_fixture(own_world):
    """What is killed now stays away; in the end the supervisor goes on."""
    supervisor = own_world.server.supervisor
    os.kill(supervisor, signal.SIGSTOP)
    yield own_world
    os.kill(supervisor, signal.SIGCONT)
    until(lambda: answers(own_world.server), "everything is there again")


def kill(world, name):
    os.kill(world.server.process(name), signal.SIGKILL)
    until(lambda: not processes(world.server.data, f"nameplate.entry.{name}"), "it is gone")


def test_without_the_deciding_process_an_open_page_says_so_and_a_stop_is_not_taken_for_done(owner, alone):
    owner.open("/console/actors/alice")
    owner.page.locator("[data-live-state=live]").wait_for()
    kill(alone, "decide")
    owner.page.locator("[data-live-state=lost]", has_text="connection lost").wait_for()
    owner.page.get_by_label("Why").fill("A test.")
    owner.press("Stop alice everywhere")
    told = owner.page.locator("#stopped .bad", has_text="The server did not answer.")
    told.wait_for()
    assert owner.page.locator("h1 .state").inner_text() == "active"
    assert owner.page.get_by_role("button", name="Stop alice").is_enabled()


def test_without_the_managing_process_the_page_says_so_and_can_be_tried_again(owner, alone):
    owner.open("/console/")
    kill(alone, "manage")
    # A process that is just going still takes a connection, and ends it (502).
    until(lambda: owner.page.goto(f"{owner.origin}/console/").status == 503, "nobody takes connections any more")
    assert owner.page.get_by_role("heading").inner_text() == "The managing process is not there."
    os.kill(alone.server.supervisor, signal.SIGCONT)
    until(lambda: look_again(owner), "it is there again")


def look_again(owner):
    owner.page.get_by_role("link", name="Try again").click()
    owner.page.wait_for_load_state()
    return owner.page.title() == "Overview · Nameplate"


def test_a_page_that_needs_the_deciding_process_is_a_page_of_trouble_meanwhile(alone):
    look(alone, "/console/")
    kill(alone, "decide")
    seen = peek(alone, "/console/")
    assert seen.status == 503
    assert "Try again" in seen.text
    assert 'aria-label="Sections"' in seen.html, "with the menu"
