"""The floors of the machine."""

import os

from nameplate.entry.bench.floors import processor_seconds, sync_floor


def test_a_sync_takes_time_and_leaves_nothing_behind(tmp_path):
    floor = sync_floor(tmp_path, rounds=20)
    assert 0 < floor["p50_ms"] <= floor["p99_ms"]
    assert list(tmp_path.iterdir()) == []


def test_processor_time_of_a_process_grows_as_it_works():
    before = processor_seconds(os.getpid())
    while processor_seconds(os.getpid()) == before:
        sum(range(10_000))
    assert processor_seconds(os.getpid()) > before
