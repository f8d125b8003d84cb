"""A real rsyslogd on a loopback port that writes one line a message, over plain TCP or TLS."""

import asyncio
import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import require_part
from tests.exports.certificates import Pair

PATIENCE_S = 90.0
CONFIGURATION = """
global(workDirectory="{folder}"{tls_files})
module(load="imtcp"{tls_driver})
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="line" type="list") {{
  property(name="pri") constant(value=" ") property(name="timestamp" dateFormat="rfc3339") constant(value=" ")
  property(name="hostname") constant(value=" ") property(name="app-name") constant(value=" ")
  property(name="msgid") constant(value=" ") property(name="structured-data") constant(value="\\t")
  property(name="msg") constant(value="\\n")
}}
action(type="omfile" file="{folder}/received" template="line")
"""


TLS_FILES = """
  DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="{ca}"
  DefaultNetstreamDriverCertFile="{server.cert}" DefaultNetstreamDriverKeyFile="{server.key}"
"""
TLS_DRIVER = ' StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="{mode}"'


class Encrypted(NamedTuple):
    """TLS of the receiver (Debian package rsyslog-gnutls). `clients`: whether it wants certificates of its CA."""

    ca: Path
    server: Pair
    clients: bool = False


class Received(NamedTuple):
    """One message as rsyslogd took it apart."""

    header: list[str]
    msg: str

    @property
    def event(self) -> Any:
        return json.loads(self.msg)


class Rsyslogd:
    def __init__(self, program: str, folder: Path, tls: Encrypted | None = None) -> None:
        self.port = free_port()
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.configure(tls)

    def configure(self, tls: Encrypted | None) -> None:
        """What counts from the next start."""
        files = driver = ""
        if tls:
            files = TLS_FILES.format(ca=tls.ca, server=tls.server)
            driver = TLS_DRIVER.format(mode="x509/certvalid" if tls.clients else "anon")
        text = CONFIGURATION.format(folder=self._folder, port=self.port, tls_files=files, tls_driver=driver)
        (self._folder / "rsyslog.conf").write_text(text)

    def start(self) -> None:
        files = ["-f", str(self._folder / "rsyslog.conf"), "-i", str(self._folder / "pid")]
        with (self._folder / "errors").open("ab") as errors:
            self._process = subprocess.Popen([self._program, "-n", *files], stderr=errors, stdout=errors)
        until(lambda: accepts(self.port), "rsyslogd does not listen")

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            (self._folder / "pid").unlink(missing_ok=True)
            self._process = None

    def raw(self) -> bytes:
        """All that it has written so far, whatever it is."""
        path = self._folder / "received"
        return path.read_bytes() if path.exists() else b""

    def received(self) -> list[Received]:
        """The whole lines so far."""
        lines = self.raw().decode().split("\n")[:-1]
        parts = [line.split("\t", 1) for line in lines]
        return [Received(header.split(" ", 5), msg) for header, msg in parts]

    def uids(self) -> set[str]:
        return {message.event["metadata"]["uid"] for message in self.received()}

    def _signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)


@contextmanager
def receiver(require_peer: Callable[[str, str], str], folder: Path, tls: Encrypted | None = None) -> Iterator[Rsyslogd]:
    """A receiver that has not been started yet. Ended afterwards, whatever happens."""
    folder.mkdir()
    if tls:
        require_part("usr/lib/*/rsyslog/lmnsd_gtls.so", "apt-get install rsyslog-gnutls")
    daemon = Rsyslogd(require_peer("rsyslogd", "apt-get install rsyslog"), folder, tls)
    try:
        yield daemon
    finally:
        daemon.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def until(holds: Callable[[], bool], otherwise: str, seconds: float = PATIENCE_S) -> None:
    """Another process gives no event to wait for: look again and again, within bounds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


async def eventually(holds: Callable[[], bool]) -> None:
    """The same for tests that run an export beside them."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - what other threads and processes do sets no event of ours
            await asyncio.sleep(0.01)
