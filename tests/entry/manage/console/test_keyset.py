from hypothesis import given
from hypothesis import strategies as st

from nameplate.entry.manage.console.keyset import newest_first, page_of


@given(ids=st.sets(st.text(min_size=1, max_size=6)), size=st.integers(1, 7))
def test_pages_one_after_another_show_everything_once_and_in_order(ids, size):
    rows, after, seen = [(each, each) for each in ids], "", []
    while True:
        part, after = page_of(rows, after, size)
        assert len(part) <= size
        seen += part
        if not after:
            break
    assert seen == sorted(ids)


def test_what_comes_or_goes_meanwhile_moves_nothing_else():
    first, after = page_of([(each, each) for each in "bcde"], "", 2)
    assert (first, after) == (["b", "c"], "c")
    assert page_of([(each, each) for each in "abde"], after, 2) == (["d", "e"], "")


def test_the_newest_comes_first_and_of_two_at_once_the_one_with_the_lower_name():
    keys = [newest_first(1, "a"), newest_first(2, "b"), newest_first(2, "a"), newest_first(1_764_000_000_000_000, "z")]
    assert [key[18:] for key in sorted(keys)] == ["z", "a", "b", "a"]
