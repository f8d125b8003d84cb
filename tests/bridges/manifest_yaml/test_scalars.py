import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.manifest_yaml.scalars import is_ambiguous, resolve


@pytest.mark.parametrize(
    "plain",
    [
        "yes",
        "No",
        "on",
        "OFF",
        "017",
        "0o17",
        "0x1F",
        "0b1",
        "1_000",
        "1e3",
        "1.",
        ".5",
        ".inf",
        ".NaN",
        "1:30",
        "2027-06-30",
    ],
)
def test_what_readers_disagree_about_is_ambiguous(plain):
    assert isinstance(resolve(plain), str)
    assert is_ambiguous(plain)


@pytest.mark.parametrize(
    "plain", ["maintenance", "none", "10.20.0.0/16", "zone:ward-*", "T3-00417", "true", "12", "1.5", "~", "06:00"]
)
def test_what_readers_agree_about_is_not(plain):
    assert not is_ambiguous(plain)


@given(st.integers(-(10**17), 10**17))
def test_whole_numbers_are_numbers(number):
    assert resolve(str(number)) == number


@given(
    st.text(alphabet="0123456789+-._eExo:yesnotrufalTRUEN~", max_size=8).filter(lambda text: text not in ("=", "<<"))
)
def test_whatever_another_reader_sees_we_see_the_same_or_call_it_ambiguous(plain):
    try:
        other = yaml.safe_load(f"[{plain}]")[0] if plain else None
    except (yaml.YAMLError, ValueError):
        return
    if isinstance(other, dict):
        return
    mine = resolve(plain)
    assert is_ambiguous(plain) or (mine == other and type(mine) is type(other))
