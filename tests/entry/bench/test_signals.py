from nameplate.entry.bench import signals


def test_every_disable_is_in_force_before_it_is_answered(tmp_path):
    found = signals.run(tmp_path, 3)
    assert (found["rounds"], found["permitted_after"]) == (3, 0)
    assert 0 < found["in_force"]["p50_ms"] <= found["answered"]["max_ms"]
