"""The stop benchmark on a small scale: nothing may get through after an acknowledgement."""

from nameplate.entry.bench import stop


def test_nothing_is_permitted_after_the_acknowledgement(tmp_path):
    figures = stop.run(tmp_path, rounds=12)
    assert figures["rounds"] == 12
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]
    assert figures["before_acknowledgement"]["permits"] > 0
    assert figures["before_acknowledgement"]["strikes"] > 0
    assert figures["after_acknowledgement"] == {"permits": 0, "strikes": 0}
