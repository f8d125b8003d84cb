import pytest

from nameplate.domain.cards import CardPool
from nameplate.domain.manifests.documents import read_document, to_document

POOL = {"kind": "CardPool", "id": "robots", "format": "wiegand-26", "facility": 12, "from": 1001, "to": 1999}


def test_a_pool_is_read_and_written():
    value, problems = read_document(POOL, "clinic")
    assert (value, problems) == (CardPool("robots", "clinic", "wiegand-26", 12, 1001, 1999), [])
    assert value is not None
    assert to_document(value) == POOL | {"site": "clinic"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "wiegand-25"}, "format"),
        ({"facility": 256}, "facility"),
        ({"facility": -1}, "facility"),
        ({"from": 0}, "from"),
        ({"to": 65536}, "to"),
        ({"to": 1000}, "to"),
        ({"format": "raw-32", "facility": 1}, "facility"),
        ({"format": "raw-32", "facility": 0, "from": 1, "to": 4_000_000}, "to"),
    ],
)
def test_what_no_card_of_the_format_can_hold_is_refused(change, field):
    value, problems = read_document(POOL | change)
    assert value is None
    assert field in {problem.where for problem in problems}


@pytest.mark.parametrize("missing", ["format", "to"])
def test_a_pool_without_format_or_end_is_refused(missing):
    value, problems = read_document({name: each for name, each in POOL.items() if name != missing})
    assert value is None
    assert missing in {problem.where for problem in problems}
