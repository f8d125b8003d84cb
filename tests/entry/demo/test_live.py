"""The live view on a terminal of its own: a pseudo terminal, as `make demo` finds one."""

import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from fcntl import ioctl

ALTERNATE_SCREEN, BACK = b"\x1b[?1049h", b"\x1b[?1049l"


def read_until(terminal, wanted, seen=b""):
    """What the terminal shows, up to the first occurrence of `wanted` or its end."""
    while wanted not in seen:
        try:
            seen += os.read(terminal, 65_536)
        except OSError:
            break
    return seen


def test_a_terminal_shows_the_floor_and_is_given_back_with_a_summary(tmp_path_factory):
    terminal, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 32, 100, 0, 0))
    environment = {
        **os.environ,
        "TMPDIR": str(tmp_path_factory.mktemp("demo")),
        "TERM": "xterm-256color",
        "PYTHONIOENCODING": "utf-8",
    }
    demo = subprocess.Popen(
        [sys.executable, "-m", "nameplate", "demo", "--for", "300s"],
        env=environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        shown = read_until(terminal, "✗".encode())
        os.killpg(demo.pid, signal.SIGINT)
        after = read_until(terminal, b"Next:")
        demo.wait(60)
    finally:
        demo.kill()
        demo.wait()
        os.close(terminal)
    for part in (ALTERNATE_SCREEN, b"fleet", b"stops", b"corridor", "┌".encode(), b"amr-11"):
        assert part in shown
    assert shown.count(ALTERNATE_SCREEN) == (shown + after).count(BACK) == 1
    assert b"integrity ok, completeness ok" in after
    assert demo.returncode == 0
