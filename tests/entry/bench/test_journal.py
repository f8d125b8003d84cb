from nameplate.entry.bench import journal


def test_the_figures_come_with_the_floor_of_the_same_run(tmp_path):
    figures = journal.run(tmp_path, 0.5)
    assert figures["appenders"] == 64
    assert figures["records"] > 0
    assert figures["records_per_second"] > 0
    assert figures["floor_records_per_second"] > 0
    assert figures["cpu_us_per_record"] > 0
    assert figures["sync"]["p50_ms"] > 0
