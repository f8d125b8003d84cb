from nameplate.enforcement.osdp.virtual_reader.measure import measure


def test_both_ways_are_measured_over_the_same_lines():
    figures = measure(3)
    assert figures["nameplate"].keys() == figures["bare_libosdp"].keys() == {"p50_ms", "p95_ms", "max_ms"}
