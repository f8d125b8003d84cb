from typing import Any

from nameplate.boot.naming import by_epoch
from nameplate.journals.segments.epochs import Epoch


def name_of(record: Any, *found: Epoch) -> Any:
    def make(name: str) -> Any:
        return lambda _: (name,)

    (event,) = by_epoch(found, "now", make)(record)
    return event


def test_each_record_goes_out_under_the_name_of_its_time():
    found = Epoch(1, "n1"), Epoch(31, "n2"), Epoch(40, "n3")
    names = [name_of({"seq": seq}, *found) for seq in (1, 30, 31, 39, 40, 99)]
    assert names == ["n1", "n1", "n2", "n2", "n3", "n3"]
    assert name_of({"seq": "?"}, *found) == "n1"


def test_a_journal_that_was_never_restored_has_one_name():
    assert name_of({"seq": 5}) == name_of({"seq": 5}, Epoch(1, "now")) == "now"
