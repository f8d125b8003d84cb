"""A real server for as long as a block of code lasts: demonstration, benchmarks, tests."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nameplate.domain.errors import NameplateError, Unavailable
from nameplate.entry.client import Client

START_S, END_S = 120.0, 35.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running `nameplate serve`."""

    data: Path
    port: int
    client: Client
    supervisor: int

    def process(self, name: str) -> int:
        """The pid of one of its processes (`decide`, `manage`, `point`)."""
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and _is(folder, f"nameplate.entry.{name}", str(self.data)):
                return int(folder.name)
        raise Unavailable("process", f"The process {name} is not there.")


@contextmanager
def running_server(data: Path, port: int, **environment: str) -> Iterator[Server]:
    """Start it, wait until it can decide and manage, and end it."""
    command = [sys.executable, "-m", "nameplate", "serve", "--data", str(data), "--port", str(port)]
    with (data / "serve.log").open("wb") as log:
        # A session of its own: Ctrl-C is for us, and we end the server in order.
        process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdout=log, stderr=log, env={**os.environ, **environment}, start_new_session=True
        )
    try:
        client = Client(data)
        _await(client, process)
        yield Server(data, port, client, process.pid)
    finally:
        end(process)


@contextmanager
def running_core(data: Path, port: int) -> Iterator[Server]:
    """Only the deciding and the managing process: who calls this takes the part of the supervisor."""
    args = ["--parent", str(os.getpid()), "--data", str(data), "--port", str(port)]
    with (data / "serve.log").open("wb") as log:
        started = [
            subprocess.Popen([sys.executable, "-m", f"nameplate.entry.{name}", *args], stdout=log, stderr=log)  # noqa: S603
            for name in ("decide", "manage")
        ]
    try:
        client = Client(data)
        _await(client, *started)
        yield Server(data, port, client, os.getpid())
    finally:
        for process in reversed(started):
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Politely; what does not obey is killed, and that is an error."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _await(client: Client, *processes: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            client.get("/readyz")
            client.get("/v1/actors?limit=1")
        except NameplateError:
            if time.monotonic() > deadline or any(process.poll() is not None for process in processes):
                raise
            time.sleep(0.05)
        else:
            return


def _is(folder: Path, module: str, data: str) -> bool:
    try:
        command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    return module in command and data in command
