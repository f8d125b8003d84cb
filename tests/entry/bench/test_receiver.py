import json
import socket
import subprocess

from nameplate.entry.bench import sinks
from nameplate.entry.bench.receiver import Counts


def frame(seq: int) -> bytes:
    message = b'<86>1 - - - - - [nameplate@32473 uid="n-%d" seq="%d" severity="info"] {}' % (seq, seq)
    return b"%d %s" % (len(message), message)


def test_frames_count_once_they_are_whole_and_twins_are_told():
    counts, data = Counts(), frame(1) + frame(2) + frame(2)
    rest = b""
    for start in range(0, len(data), 7):
        rest = counts.take(rest + data[start : start + 7])
    assert rest == b""
    assert counts.report() == {"events": 2, "repeated": 1, "records": 2}


def test_the_program_reports_when_its_input_ends():
    command = sinks._RECEIVER  # noqa: SLF001 - the very program that the benchmark starts
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        with socket.create_connection(("127.0.0.1", int(process.stdout.readline()))) as line:
            line.sendall(frame(1) + frame(3))
            line.shutdown(socket.SHUT_WR)
            assert line.recv(1) == b""
        assert json.loads(process.communicate()[0]) == {"events": 2, "repeated": 0, "records": 2}
