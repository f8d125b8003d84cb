"""The reader's electronics by themselves."""

import os
import threading

from nameplate.enforcement.osdp.peripheral import PacedLine, Peripheral

KEY = bytes(range(16))


def test_a_job_runs_in_the_readers_own_thread():
    reader, done, seen = Peripheral(KEY, 0, lambda _: None), threading.Event(), []

    def job() -> None:
        seen.append(threading.current_thread().name)
        done.set()

    reader.start()
    reader.do(job)
    assert done.wait(5)
    reader.stop()
    assert seen == ["peripheral"]


def test_what_is_put_on_the_wire_arrives():
    reader = Peripheral(KEY, 0, lambda _: None)
    reader.start()
    fd = os.open(reader.path, os.O_RDWR | os.O_NOCTTY)
    reader.put(b"noise")
    assert os.read(fd, 16) == b"noise"
    os.close(fd)
    reader.stop()


def test_an_event_without_power_is_lost_and_harms_nothing():
    reader = Peripheral(KEY, 0, lambda _: None)
    reader.tell({"event": 3, "vendor_code": 1, "data": b"x"})
    assert not reader.secure
    reader.start()
    reader.stop()


def test_a_paced_line_sends_in_pieces():
    near, far = os.pipe()
    line = PacedLine(far)
    line.piece = 2
    assert line.send(b"12345") == 5
    assert os.read(near, 16) == b"12345"
    line.close()
    os.close(near)
