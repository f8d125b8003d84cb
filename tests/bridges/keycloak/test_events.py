from nameplate.bridges.keycloak.events import PAGE, Events
from nameplate.bridges.keycloak.wire import AdminEvent


class Kept:
    """A realm's admin events."""

    def __init__(self):
        self.events = []

    def happened(self, at, path, ident=""):
        self.events.insert(0, AdminEvent(at, ident, "UPDATE", "X", path))

    def read(self, first, count):
        return self.events[first : first + count]


def test_only_what_is_new_counts_and_each_thing_once():
    kept = Kept()
    kept.happened(1, "clients/old")
    events = Events(kept.read)
    events.begin()
    assert events.fresh() == []
    kept.happened(2, "clients/a", "1")
    kept.happened(2, "users/b", "2")
    kept.happened(3, "clients/a", "3")
    assert [(each.kind, each.id, each.at) for each in events.fresh()] == [("clients", "a", 3000), ("users", "b", 2000)]
    assert events.fresh() == []


def test_several_in_one_millisecond_are_told_apart():
    kept = Kept()
    events = Events(kept.read)
    events.begin()
    kept.happened(7, "clients/a", "1")
    assert len(events.fresh()) == 1
    kept.happened(7, "clients/b", "2")
    assert [each.id for each in events.fresh()] == ["b"]
    assert events.fresh() == []


def test_more_than_a_page_of_them_is_read_whole():
    kept = Kept()
    events = Events(kept.read)
    events.begin()
    for number in range(2 * PAGE + 3):
        kept.happened(10 + number, f"clients/c{number}")
    assert len(events.fresh()) == 2 * PAGE + 3


def test_a_list_that_was_cleared_is_no_news():
    kept = Kept()
    kept.happened(5, "clients/a", "1")
    events = Events(kept.read)
    events.begin()
    kept.events.clear()
    assert events.fresh() == []
    kept.happened(6, "clients/a", "2")
    assert len(events.fresh()) == 1
