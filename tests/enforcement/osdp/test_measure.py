"""The door benchmark measures what it says."""

import pytest

from nameplate.enforcement.osdp.measure import measure


def test_both_sides_are_measured_over_the_same_doors():
    figures = measure(rounds=3, doors=2)
    assert (figures["doors"], figures["rounds"]) == (2, 3)
    for side in ("nameplate", "bare_libosdp"):
        assert 0 < figures[side]["p50_ms"] <= figures[side]["p95_ms"] <= figures[side]["max_ms"]
    assert figures["ratio_p50"] > 0


def test_an_answer_of_the_wrong_size_is_no_crossing_and_measures_nothing(monkeypatch):
    monkeypatch.setattr("nameplate.enforcement.osdp.measure.ROUND_LIMIT_S", 1.0)
    with pytest.raises(TimeoutError):
        measure(rounds=2, doors=1, answer=lambda _: bytes(3))
