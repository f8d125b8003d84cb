import pytest

from tests.entry.manage.console.browsing import look

PAGES = ["", "actors", "decisions", "alarms", "people", "approvals", "bridges", "sinks", "journal"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_shown_with_the_headers_that_keep_it_safe(world, path):
    seen = look(world, f"/console/{path}")
    assert (seen.status, seen.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = seen.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert seen.headers["cache-control"] == "no-store"
    assert "<script>" not in seen.html
    assert "style=" not in seen.html


@pytest.mark.parametrize("caller", ["anonymous", "person:p-nobody", "uid:65534", "bridge:iam", "person:"])
@pytest.mark.parametrize("path", [*PAGES, "live", "actors/alice"])
def test_whoever_is_not_signed_in_sees_nothing_and_is_led_to_the_door(world, path, caller):
    seen = look(world, f"/console/{path}", caller)
    assert (seen.status, seen.headers["location"]) == (303, f"/console/sign-in?next=/console/{path}")
    assert seen.html == ""


def test_what_is_not_there_is_told_as_a_page_to_a_browser_and_as_a_problem_to_others(world):
    assert "There is no actor nobody" in look(world, "/console/actors/nobody").text
    other = look(world, "/console/actors/nobody", accept="application/json")
    assert (other.status, other.headers["content-type"]) == (404, "application/problem+json")


def test_files_are_found_by_their_content_and_nothing_else_is(world):
    address = look(world, "/console/").html.split('stylesheet" href="')[1].split('"')[0]
    seen = look(world, address)
    assert (seen.status, seen.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in seen.headers["cache-control"]
    for path in ("/console/static/x/render.py", "/console/static/x/..%2frender.py", "/console/static/x/nothing.css"):
        assert look(world, path).status == 404
    assert look(world, "/console").headers["location"] == "/console/"


def test_news_come_as_they_happen_and_begin_where_the_browser_left_off(world):
    world.permits("alice")
    seen = look(world, "/console/live", last_event_id="0")
    assert seen.headers["content-type"].startswith("text/event-stream")
    assert '"kind": "decision"' in seen.html or "id: " in seen.html


def test_a_stop_is_told_with_its_actor_where_there_is_one(world):
    actor = world.actor("told-1")
    number = int(world.evaluate(actor, "read", "record-1")["context"]["decision_id"].rpartition("-")[2])
    stopped = world.order("suspend", actor)["stop"]["id"]
    seen = look(world, "/console/live", last_event_id=str(number))
    assert f'"stop": "{stopped}", "actor": "{actor}"' in seen.html


@pytest.mark.parametrize("path", ["no-such-page", "actors/nobody", "decisions?before=x"])
def test_what_goes_wrong_is_a_page_with_the_menu_for_whoever_is_signed_in(world, path):
    seen = look(world, f"/console/{path}")
    assert seen.status in {400, 404}
    assert 'aria-label="Sections"' in seen.html
    assert "aria-current" not in seen.html
    assert "default-src 'none'" in seen.headers["content-security-policy"]
    stranger = look(world, f"/console/{path}", "anonymous")
    assert 'aria-label="Sections"' not in stranger.html


def test_where_somebody_wanted_to_go_is_kept_with_what_they_looked_for(world):
    seen = look(world, "/console/actors?q=a%20b&state=active", "anonymous")
    assert seen.headers["location"] == "/console/sign-in?next=/console/actors%3Fq%3Da%2520b%26state%3Dactive"
    assert 'data-next="/console/actors?q=a%20b&amp;state=active"' in look(world, seen.headers["location"]).html


def test_the_server_itself_leads_to_the_console(world):
    assert look(world, "/").headers["location"] == "/console/"
    assert 'data-next="/console/"' in look(world, "/console/sign-in?next=/").html


def test_whoever_has_no_role_finds_their_passkeys_and_the_way_out(world):
    seen = look(world, "/console/passkeys", "person:p-nobody")
    assert (seen.status, "You have none yet" in seen.text) == (200, True)
    assert 'action="/console/sign-out"' in seen.html
    assert 'aria-label="Sections"' not in seen.html
