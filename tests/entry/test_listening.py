"""The HTTP server of a process that has more to close than connections, under real signals."""

import http.client
import signal
import subprocess
import sys

import pytest

from nameplate.entry.bench.workload import free_port

PATIENCE_S = 20.0
CODE = """
import asyncio, sys
import uvicorn
from nameplate.entry.listening import QuietServer

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})

class Loud(QuietServer):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("listening", flush=True)

async def main():
    await Loud(uvicorn.Config(app, port=int(sys.argv[1]), lifespan="off", log_config=None)).serve()
    print("closing", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print("closed", flush=True)

asyncio.run(main())
"""


@pytest.fixture(name="server")
def server_fixture():
    """A server that says what it does, and its port. It closes the rest once its standard input ends."""
    port, pipe = free_port(), subprocess.PIPE
    command = [sys.executable, "-c", CODE, str(port)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "listening\n"
            yield process, port
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_connections_and_leaves_the_rest_to_the_process(server, number):
    process, port = server
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    line.request("GET", "/")
    assert line.getresponse().read() == b"here"
    line.close()
    process.send_signal(number)
    assert process.stdout.readline() == "closing\n"
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S).connect()
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (0, "closed\n", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_does_not_cut_the_closing_short(server, number):
    process, _ = server
    process.send_signal(number)
    assert process.stdout.readline() == "closing\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (0, "closed\n", "")
