"""The door benchmark: the real deciding process, a real robot, real libosdp on both ends."""

from nameplate.entry.bench import door


def test_a_crossing_is_measured_beside_bare_libosdp():
    figures = door.run(rounds=2, doors=1)
    assert figures["nameplate"]["p50_ms"] > 0
    assert figures["bare_libosdp"]["p50_ms"] > 0
    assert (figures["doors"], figures["rounds"]) == (1, 2)
