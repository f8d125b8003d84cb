import pytest

from tests.entry.world import run


@pytest.mark.parametrize("duration", ["soon", "-1s", "", "30"])
def test_a_duration_that_is_none_ends_with_2(duration):
    told = run("demo", "--headless", "--for", duration)
    assert (told.code, told.out) == (2, "")
