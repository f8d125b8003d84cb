"""The benchmark of provisioning on a small scale: nobody is permitted once the client has its answer."""

from nameplate.entry.bench import provisioning


def test_whoever_is_disabled_by_bulk_is_permitted_nothing_after_the_answer(tmp_path):
    figures = provisioning.run(tmp_path, rounds=3, actors=250, rate=50)
    single, bulk = figures["single"], figures["bulk"]
    assert 0 < single["in_force"]["p50_ms"] <= single["p99_ms"]
    assert (bulk["actors"], bulk["whole"], bulk["failures"]) == (250, True, 0)
    assert bulk["p999_us"]["with"] > 0
    assert bulk["permitted_after_acknowledgement"]["permit"] == 0
    assert bulk["permitted_after_acknowledgement"]["deny"] > 0
