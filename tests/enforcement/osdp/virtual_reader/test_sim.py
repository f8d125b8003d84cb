import csv
import time

from nameplate.enforcement.osdp.virtual_reader.sim import FEED, Read, SimulatedPanel


def test_a_card_that_somebody_holds_to_its_reader_is_judged_and_written_down(tmp_path):
    feed, read = tmp_path / "feed.csv", list[Read]()
    with SimulatedPanel({"D1/r1": bytes(16)}, {"wiegand-26:12:1"}, feed=feed) as panel:
        panel.on_read = read.append
        panel.somebody_comes("D1/r1", "wiegand-26:12:1")
        panel.somebody_comes("D1/r1", "wiegand-26:12:2")
        deadline = time.monotonic() + 5
        while len(read) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    with feed.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == FEED
    assert [(row["door"], row["reader"], row["card"], row["event"]) for row in rows] == [
        ("D1", "r1", "wiegand-26:12:1", "granted"),
        ("D1", "r1", "wiegand-26:12:2", "refused"),
    ]
