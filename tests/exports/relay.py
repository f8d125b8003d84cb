"""A real rsyslogd that takes lines in the clear on loopback and passes them on over TLS, as the manual says."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import require_part
from tests.exports.certificates import Pair
from tests.exports.rsyslogd import accepts, free_port, until

CONFIGURATION = """
global(workDirectory="{folder}" DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="{ca}"
       DefaultNetstreamDriverCertFile="{own.cert}" DefaultNetstreamDriverKeyFile="{own.key}")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="{near}")
action(type="omfwd" target="127.0.0.1" port="{far}" protocol="tcp" TCP_Framing="octet-counted"
       template="RSYSLOG_SyslogProtocol23Format" StreamDriver="gtls" StreamDriverMode="1"
       StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"
       queue.type="LinkedList" queue.filename="panel" queue.saveOnShutdown="on"
       action.resumeRetryCount="-1" action.resumeInterval="1")
"""


@contextmanager
def relaying(
    require_peer: Callable[[str, str], str], folder: Path, ca: Path, own: Pair, far: int
) -> Iterator[Callable[[str], None]]:
    """To `far`, whose certificate `ca` has signed; gives what sends a line through it."""
    require_part("usr/lib/*/rsyslog/lmnsd_gtls.so", "apt-get install rsyslog-gnutls")
    program, near = require_peer("rsyslogd", "apt-get install rsyslog"), free_port()
    folder.mkdir()
    (folder / "relay.conf").write_text(CONFIGURATION.format(folder=folder, ca=ca, own=own, near=near, far=far))

    def send(line: str) -> None:
        with socket.create_connection(("127.0.0.1", near)) as panel:
            panel.sendall(line.encode() + b"\n")

    command = [program, "-n", "-f", str(folder / "relay.conf"), "-i", str(folder / "pid")]
    with (folder / "errors").open("wb") as errors, subprocess.Popen(command, stdout=errors, stderr=errors) as rsyslogd:
        try:
            until(lambda: accepts(near), "rsyslogd does not listen")
            yield send
        finally:
            rsyslogd.kill()
