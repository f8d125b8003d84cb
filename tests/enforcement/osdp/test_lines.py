"""Byte lines."""

import os
import socket

import pytest

from nameplate.domain.errors import Invalid
from nameplate.enforcement.osdp.lines import Line, LineLost, opener


@pytest.mark.parametrize(
    "to", ["", "pty", "pty:", "tcp:host", "tcp:host:x", "tcp:host:-1", "serial:x?baud=fast", "usb:x", "tcp:host:²"]
)
def test_a_line_that_cannot_be_understood_is_refused(to):
    with pytest.raises(Invalid):
        opener(to)


def test_a_line_that_is_not_there_raises_oserror(tmp_path):
    for to in (f"pty:{tmp_path}/none", f"serial:{tmp_path}/none", "tcp:127.0.0.1:1"):
        with pytest.raises(OSError, match=r"."):
            opener(to)()


def test_a_file_is_no_line(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"")
    with pytest.raises(OSError, match="terminal"):
        opener(f"pty:{path}")()


@pytest.mark.parametrize("kind", ["pty", "serial"])
def test_a_terminal_carries_bytes_unchanged(kind):
    master, slave = os.openpty()
    line = Line(opener(f"{kind}:{os.ttyname(slave)}")())
    os.write(master, b"\x03\x11\x13\r\n\xff")
    received = b""
    while len(received) < 6:
        received += line.receive()
    assert received == b"\x03\x11\x13\r\n\xff"
    assert line.send(b"\r\n\x00") == 3
    assert os.read(master, 16) == b"\r\n\x00"
    line.close()
    os.close(master)
    os.close(slave)


def drain(line: Line) -> None:
    while True:
        line.receive()


def test_nothing_there_is_nothing_and_a_closed_peer_is_lost():
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line(opener(f"tcp:127.0.0.1:{server.getsockname()[1]}")())
        peer, _ = server.accept()
        assert line.receive() == b""
        peer.close()
        with pytest.raises(LineLost):
            drain(line)
        line.close()


def test_what_was_not_read_does_not_wait_for_the_next_opening():
    master, slave = os.openpty()
    to = f"pty:{os.ttyname(slave)}"
    line = Line(opener(to)())
    os.write(master, b"old")
    line.close()
    again = Line(opener(to)())
    assert again.receive() == b""
    again.close()
    os.close(master)
    os.close(slave)
