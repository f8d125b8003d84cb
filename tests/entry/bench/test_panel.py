from nameplate.entry.bench import panel


def test_a_card_goes_through_us_and_through_bare_libosdp():
    figures = panel.run(3)
    assert figures["rounds"] == 3
    for way in ("nameplate", "bare_libosdp"):
        assert 0 < figures[way]["p50_ms"] <= figures[way]["max_ms"]
    assert figures["ratio_p50"] > 0
