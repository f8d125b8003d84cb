import json
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

COMMAND = (sys.executable, "-m", "nameplate", "simulate")
LIST = "format,facility,number,withdrawn\n" + "".join(
    f"wiegand-26,12,{number},{gone}\n" for number, gone in ((1001, False), (1002, False), (7, True))
)
KEY = "00112233445566778899aabbccddeeff"


@contextmanager
def running(*words):
    process = subprocess.Popen([*COMMAND, *map(str, words), "--json"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process, json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def test_a_door_on_the_bench_has_its_line_and_its_readers_until_it_is_ended(tmp_path):
    folder = tmp_path / "bench"
    with running("door", folder, "--readers", "3") as (process, ready):
        assert ready["event"] == "ready"
        assert str((folder / "line").readlink()) == ready["line"]
        assert ready["readers"] == [str(folder / f"reader-{number}.sock") for number in range(3)]
        assert all((folder / f"reader-{number}.sock").is_socket() for number in range(3))
    assert process.returncode == 0
    assert list(folder.iterdir()) == []


def test_a_panel_on_the_bench_has_a_line_for_each_port_and_a_feed(tmp_path):
    key, cards, folder = tmp_path / "key", tmp_path / "cards", tmp_path / "bench"
    key.write_text(KEY + "\n")
    cards.write_text(LIST)
    words = ("panel", folder, "--port", "vault/in", "--port", "vault/out", "--key-file", key, "--cards", cards)
    with running(*words) as (process, ready):
        assert ready["cards"] == 2
        assert {name: str((folder / name.replace("/", "-")).readlink()) for name in ready["ports"]} == ready["ports"]
        assert (folder / "feed.csv").read_text().startswith("time,door,reader,card,event")
        assert KEY not in json.dumps(ready)
    assert process.returncode == 0


@pytest.mark.parametrize("text", ["", "zz-no-hex", KEY + "00"])
def test_a_key_file_without_a_key_is_refused(tmp_path, text):
    key = tmp_path / "key"
    key.write_text(text)
    words = [*COMMAND, "panel", str(tmp_path / "b"), "--port", "d/r", "--key-file", str(key)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "32 hex digits" in done.stderr
    assert text not in done.stderr or not text


def test_a_table_that_is_none_is_refused(tmp_path):
    key, cards = tmp_path / "key", tmp_path / "cards"
    key.write_text(KEY)
    cards.write_text("a,b\n1,2\n")
    words = [*COMMAND, "panel", str(tmp_path / "b"), "--port", "d/r", "--key-file", str(key), "--cards", str(cards)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "card list --csv" in done.stderr
