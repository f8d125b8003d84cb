import pytest

from tests.entry.manage.console.browsing import look


@pytest.fixture
def fleet(world):
    for number in range(55):
        world.actor(f"fleet-{number:03}", tier="high" if number % 2 else "low", purpose=f"Carries box {number}")
    world.order("suspend", "fleet-001")
    return world


def rows(seen):
    return seen.html.count('<th scope="row">')


def test_actors_are_found_by_words_and_facets_and_come_in_pages(fleet):
    first = look(fleet, "/console/actors?q=fleet")
    assert (rows(first), "Actors 55" in first.text) == (50, True)
    following = first.html.split('href="/console/actors?')[-1].split('"')[0].replace("&amp;", "&")
    assert rows(look(fleet, f"/console/actors?{following}")) == 5
    assert rows(look(fleet, "/console/actors?q=fleet&tier=high")) == 27
    assert rows(look(fleet, "/console/actors?q=fleet&state=suspended")) == 1
    assert rows(look(fleet, "/console/actors?q=box%2017")) == 1
    assert "No actor fits" in look(fleet, "/console/actors?q=nothing-like-it").text
    assert "suspended (1)" in first.text


def test_the_newest_change_comes_first_where_that_is_asked_for(fleet):
    fleet.order("quarantine", "fleet-007")
    seen = look(fleet, "/console/actors?q=fleet&sort=since")
    assert seen.html.index("fleet-007") < seen.html.index("fleet-054")
    following = seen.html.split('href="/console/actors?')[-1].split('"')[0].replace("&amp;", "&")
    assert rows(look(fleet, f"/console/actors?{following}")) == 5


def test_one_actor_is_shown_with_its_contract_its_decisions_and_how_to_stop_it(world):
    world.permits("alice")
    world.evaluate("alice", "delete", "record-1")
    seen = look(world, "/console/actors/alice")
    for words in (
        "Writes records",
        "Operations",
        "author@",
        "read record:*",
        "delete",
        "where",
        "permit",
        "Stop alice everywhere",
    ):
        assert words in seen.text, words
    world.actor("gone")
    world.order("retire", "gone")
    assert "Stop gone" not in look(world, "/console/actors/gone").text


def test_names_of_strangers_stay_text(world):
    world.actor("marked", purpose="<script>alert(1)</script>")
    seen = look(world, "/console/actors/marked")
    assert "<script>alert" not in seen.html
    assert "&lt;script&gt;alert(1)" in seen.html
    assert "<script>x" not in look(world, "/console/actors?q=%3Cscript%3Ex").html
