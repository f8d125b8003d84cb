from tests.entry.manage.console.browsing import look


def test_decisions_are_found_and_each_tells_why(world):
    world.permits("alice")
    denied = world.evaluate("bob", "write", "record-7")["context"]["decision_id"]
    seen = look(world, "/console/decisions?actor=bob&decision=deny&resource=record-7")
    assert denied in seen.html
    assert "alice" not in seen.text
    assert look(world, "/console/decisions?reason=no_such_reason").text.count("No decision fits") == 1
    why = look(world, f"/console/decisions/{denied}")
    assert "What would have allowed it" in why.text
    assert "where" in why.text
    assert look(world, "/console/decisions/n0-1").status == 404


def test_older_ones_come_in_pages(world):
    for _ in range(60):
        world.permits("alice")
    first = look(world, "/console/decisions?actor=alice")
    older = first.html.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = look(world, older)
    number = "/console/decisions/n"
    assert first.html.count(number) == 50
    assert second.html.count(number) >= 5
    assert not set(first.html.split(number)[1:]) & set(second.html.split(number)[1:])
