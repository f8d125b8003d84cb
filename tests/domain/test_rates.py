import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.contracts import Rate
from nameplate.domain.rates import RateLog


def test_the_limit_is_reached_exactly_and_freed_exactly() -> None:
    log = RateLog(Rate(2, 60))
    log.count("a", 0.0)
    assert not log.is_exhausted("a", 10.0)
    log.count("a", 10.0)
    assert log.is_exhausted("a", 59.999)
    assert not log.is_exhausted("a", 60.0)
    log.count("a", 60.0)
    assert log.is_exhausted("a", 69.999)
    assert not log.is_exhausted("a", 70.0)


def test_each_actor_has_its_own_count() -> None:
    log = RateLog(Rate(1, 60))
    log.count("a", 0.0)
    assert log.is_exhausted("a", 1.0)
    assert not log.is_exhausted("b", 1.0)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_permits_nothing(limit: int) -> None:
    log = RateLog(Rate(limit, 60))
    assert log.is_exhausted("a", 0.0)
    log.count("a", 0.0)
    assert log.is_exhausted("a", 1e9)


def test_a_forgotten_actor_starts_anew() -> None:
    log = RateLog(Rate(1, 60))
    log.count("a", 0.0)
    log.count("b", 0.0)
    log.forget("a")
    log.forget("nobody")
    assert not log.is_exhausted("a", 1.0)
    assert log.is_exhausted("b", 1.0)


@given(st.integers(1, 4), st.integers(1, 10), st.lists(st.integers(0, 5), max_size=60))
def test_no_period_ever_holds_more_permits_than_the_limit(limit: int, seconds: int, gaps: list[int]) -> None:
    log, now = RateLog(Rate(limit, seconds)), 0
    given_at: list[int] = []
    for gap in gaps:
        now += gap
        recent = [each for each in given_at if now - each < seconds]
        assert log.is_exhausted("a", now) == (len(recent) >= limit)
        if not log.is_exhausted("a", now):
            log.count("a", now)
            given_at.append(now)
    for start in given_at:
        assert sum(start <= each < start + seconds for each in given_at) <= limit
