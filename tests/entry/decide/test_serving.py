"""The listeners: heads without end, bodies that dribble, many that stall. Everybody else is served meanwhile."""

import asyncio
import http.client
import json
import socket
import time
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.boot.bus import bind
from nameplate.domain.errors import Unavailable
from nameplate.entry.bench.workload import free_port
from nameplate.entry.decide import serving
from nameplate.entry.decide.app import App
from nameplate.entry.decide.serving import MAX_HEAD, bind_public, listeners
from tests.entry.decide.test_authzen_basic import USUAL
from tests.entry.decide.test_health import figures, total
from tests.entry.world import PATIENCE_S, QUIET_S, heard

BODY = json.dumps(USUAL).encode()


def head(world, length):
    lines = ["POST /access/v1/evaluation HTTP/1.1", "host: x", f"authorization: Bearer {world.token}"]
    return "\r\n".join([*lines, "content-type: application/json", f"content-length: {length}", "", ""]).encode()


@pytest.mark.parametrize("control", [True, False])
@pytest.mark.parametrize("begin", [b"GET /", b"GET / HTTP/1.1\r\nx: ", b"GET / HTTP/1.1\r\n"])
def test_a_head_without_end_is_cut_off(world, control, begin):
    piece = b"x: y\r\n" * 1000 if begin.endswith(b"\n") else b"a" * 6000
    sent = 0
    with world.connect(control=control) as line:
        try:
            line.sendall(begin)
            while sent < 40 * MAX_HEAD:
                sent += line.send(piece)
        except OSError:
            pass
    assert sent < 40 * MAX_HEAD
    assert world.permits("alice")


@pytest.mark.parametrize("control", [True, False])
def test_a_long_head_that_ends_is_read(world, control):
    pad = "".join(f"x-{number}: {'y' * 1000}\r\n" for number in range(200)).encode()
    answer = world.speak(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + pad + b"\r\n", control=control)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_many_requests_on_one_connection_add_up_to_no_long_head(world):
    connection = http.client.HTTPConnection("127.0.0.1", world.server.port, timeout=PATIENCE_S)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {world.token}"}
    for _ in range(5):
        connection.request("POST", "/access/v1/evaluation", BODY + b" " * 300_000, headers)
        assert json.loads(connection.getresponse().read())["decision"] is True
    connection.close()


def test_those_who_stall_hold_up_nobody(world):
    lines = [world.connect() for _ in range(100)]
    try:
        for number, line in enumerate(lines):
            line.sendall((head(world, len(BODY)) + BODY)[: 20 + number * 2])
        assert world.permits("alice")
        assert not world.permits("bob", "write")
    finally:
        for line in lines:
            line.close()


def test_a_body_byte_by_byte_is_read(world):
    with world.connect() as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(head(world, len(BODY)))
        for byte in BODY:
            line.sendall(bytes([byte]))
        line.settimeout(QUIET_S)
        assert b'"decision":true' in heard(line)


@pytest.mark.parametrize("missing", [1, 40])
def test_whoever_hangs_up_within_a_body_has_asked_nothing(world, missing):
    before = permits_so_far(world)
    # What has arrived is a whole question; the announced body is longer.
    answer = world.speak(head(world, len(BODY) + missing) + BODY, hang_up=True)
    assert b'"decision"' not in answer
    assert permits_so_far(world) == before


def permits_so_far(world):
    return total(figures(world), "nameplate_decisions_total", decision="permit")


@settings(max_examples=40)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)), keep=st.integers(0, 60))
def test_any_bytes_on_the_wire_are_refused(world, data, keep):
    answer = world.speak(head(world, len(data))[: -keep or None] + data)
    assert b'"decision":true' not in answer
    assert b" 500 " not in answer


@settings(max_examples=15)
@given(
    data=st.recursive(st.one_of(st.none(), st.floats(), st.text(max_size=5)), lambda each: st.lists(each, max_size=3))
)
def test_any_document_over_the_socket_is_400(world, data):
    reply = world.post("/access/v1/evaluation", data)
    assert (reply.status, reply.body["status"]) == (400, 400)


def test_after_all_that_memory_is_bounded(world):
    pid = world.server.process("decide")
    figures = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    peak = next(int(line.split()[1]) for line in figures if line.startswith("VmHWM"))
    assert peak < 400_000


def test_the_control_socket_is_readable_by_its_owner_alone(world):
    assert (world.server.data / "control.sock").stat().st_mode & 0o777 == 0o600


def test_the_public_socket_is_bound_where_it_was_told_to():
    port = free_port()
    for host in ("127.0.0.1", "::1"):
        with bind_public(host, port) as sock:
            assert sock.getsockname()[:2] == (host, port)
            sock.listen()
            with pytest.raises(Unavailable, match="in use"):
                bind_public(host, port)


async def nothing(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def in_process(folder, *, late_after):
    """The listeners in a thread of this process; gives the port. Whoever is later with a head is hung up on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serving, "HEAD_S", late_after)
        patch.setattr(serving, "SWEEP_S", 0.05)
        public, control = bind_public("127.0.0.1", 0), bind(folder / "c.sock", 0o600)
        server = listeners(App({("GET", "/"): nothing}, nothing, {}), public, control, lambda: None, 100)
        patch.setattr(server, "capture_signals", nullcontext)
        port = public.getsockname()[1]
        thread = Thread(target=lambda: asyncio.run(server.serve()))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)


REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize("pieces", [[], [b"GET"], [REQUEST, b"\r\n"], [REQUEST, REQUEST[:-2]]])
def test_a_head_that_does_not_come_in_time_is_hung_up_on(tmp_path, pieces):
    with in_process(tmp_path, late_after=0.3) as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.settimeout(PATIENCE_S)
        for piece in pieces:
            line.sendall(piece)
            time.sleep(0.05)
        began = time.monotonic()
        with suppress(ConnectionResetError):
            while line.recv(1000):
                pass
        # uvicorn's own timer between requests is five seconds.
        assert time.monotonic() - began < 4.0


def test_who_dribbles_a_head_is_not_kept_alive_by_it(tmp_path):
    with in_process(tmp_path, late_after=0.3) as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.settimeout(PATIENCE_S)
        with pytest.raises(OSError, match=r"reset|Broken"):
            dribble(line, b"GET / HTTP/1.1\r\nhost: " + b"x" * 100)


def dribble(line, data):
    for byte in data:
        line.sendall(bytes([byte]))
        time.sleep(0.05)


def test_who_asks_now_and_then_stays(tmp_path):
    with in_process(tmp_path, late_after=0.3) as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.settimeout(PATIENCE_S)
        for _ in range(3):
            line.sendall(REQUEST)
            assert line.recv(1000).startswith(b"HTTP/1.1 204")
            time.sleep(0.5)
