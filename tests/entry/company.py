"""The company's provider of identities for as long as a block of code lasts."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import end

PATIENCE_S = 90
PASSWORD = "correct horse battery staple"


@contextmanager
def running_company(back: str) -> Iterator[str]:
    """Its issuer. `back`: where it sends people back to."""
    port, script = free_port(), Path(__file__).with_name("canaille_company.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(port), back, PASSWORD], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(port, process)
        yield f"http://localhost:{port}"
    finally:
        end(process)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/.well-known/openid-configuration")
            connection.getresponse().read()
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
