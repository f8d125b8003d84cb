"""The benchmark of sinks on a small scale: real server, real receiver, real signals."""

from nameplate.entry.bench import sinks


def test_a_receiver_that_hangs_stops_no_decision_and_misses_nothing(tmp_path):
    figures = sinks.run(tmp_path, seconds=1.5, rate=200, actors=60)
    for kind in ("receiver_takes", "receiver_hangs"):
        assert figures[kind]["decisions"] == 300
        assert figures[kind]["failures"] == 0
    assert figures["longest_lag_records"] > 0
    assert figures["p999_hangs_over_takes"] > 0
    assert figures["missing"] == 0
    assert figures["received"]["records"] >= 600


def test_the_outage_may_be_longer_than_the_time_before_it(tmp_path):
    figures = sinks.run(tmp_path, seconds=0.5, rate=100, outage=1.5, rounds=1, actors=60)
    assert (figures["receiver_takes"]["decisions"], figures["receiver_hangs"]["decisions"]) == (50, 150)
    assert figures["missing"] == 0
