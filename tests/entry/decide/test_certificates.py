"""TLS of a running server: beyond loopback, with its own authority and with files, exchanged while it runs."""

import asyncio
import http.client
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
from contextlib import closing

import pytest

from nameplate.domain.errors import Conflict, Invalid, NotFound
from nameplate.entry.bench.workload import free_port
from nameplate.entry.client import Client, trust
from nameplate.entry.decide import certificates
from nameplate.entry.decide.certificates import Keeper
from nameplate.entry.decide.tls import ServerTls
from nameplate.entry.serve.started import running_server
from nameplate.flows.certify import DAY_US, Certifier
from nameplate.keys.file import FileKeyStore
from nameplate.keys.x509 import CertificateFiles, read_pair
from tests.docs.records import recorded
from tests.entry.world import World
from tests.keys.x509.made import AUTHORITY, NOW, pair_files

ANY = "0.0.0.0"  # noqa: S104 - reached over loopback
PATIENCE_S = 20.0


def connect(port, ca):
    connection = http.client.HTTPSConnection("localhost", port, timeout=PATIENCE_S, context=trust(ca))
    connection.connect()
    return connection


def answers(connection):
    connection.request("GET", "/healthz")
    response = connection.getresponse()
    response.read()
    return response.status == 200


def shown(port, ca):
    with closing(connect(port, ca)) as connection:
        return connection.sock.getpeercert()["serialNumber"].lower().lstrip("0")


def until(holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def beyond(tmp_path_factory):
    """A server that listens beyond loopback with a certificate of its own authority, which lies in `ca.pem`."""
    data, port = tmp_path_factory.mktemp("np"), free_port()
    refused = subprocess.run(
        [sys.executable, "-m", "nameplate", "serve", "--data", data, "--host", ANY, "--port", str(port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    with running_server(data, port) as server:
        world = World(server)
        assert world.run("tls", "show").code == 3
        assert world.run("tls", "issue", "--name", "localhost").code == 3
        assert world.run("tls", "init").code == 0
        assert world.run("tls", "issue", "--name", "localhost", "--name", "127.0.0.1").code == 0
        assert world.run("tls", "show", "--out", data / "ca.pem").code == 0
    with running_server(data, port, NAMEPLATE_HOST=ANY) as server:
        yield refused, World(server), data / "ca.pem"


def test_without_a_certificate_it_does_not_start_beyond_loopback_and_says_what_helps(beyond):
    refused = beyond[0]
    assert refused.returncode != 0
    assert "nameplate tls init" in refused.stderr


def test_whoever_trusts_the_authority_is_served_and_nobody_in_the_clear(beyond):
    _, world, ca = beyond
    port = world.server.port
    assert Client(world.server.data, f"https://localhost:{port}", ca).get("/readyz") == {"status": "ok"}
    for connection in (http.client.HTTPConnection("localhost", port), http.client.HTTPSConnection("localhost", port)):
        with closing(connection), pytest.raises((OSError, http.client.HTTPException)):
            answers(connection)
    wrong_name = http.client.HTTPSConnection("ip6-localhost", port, context=trust(ca))
    wrong_name.host = "127.0.0.2"
    with pytest.raises(ssl.SSLCertVerificationError):
        wrong_name.connect()


def test_a_robot_enrols_over_it(beyond, tmp_path):
    _, world, ca = beyond
    world.actor("tls-robot", type="robot", unit={"manufacturer": "Acme", "model": "T3", "serial": "1"})
    code = world.server.client.post("/v1/actors/tls-robot/enrolment", {})["code"]
    words = ["robot", "enrol", "--server", f"https://localhost:{world.server.port}", "--code-file", "-"]
    words += ["--serial", "1", "--state"]
    run = lambda *more: subprocess.run(  # noqa: E731
        [sys.executable, "-m", "nameplate", *words, *more],
        input=code,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    untrusting = run(tmp_path / "r1")
    assert (untrusting.returncode, "--ca" in untrusting.stderr) == (6, True)
    assert run(tmp_path / "r2", "--ca", ca).returncode == 0


def test_an_exchange_reaches_new_connections_and_leaves_open_ones(beyond):
    _, world, ca = beyond
    port = world.server.port
    with closing(connect(port, ca)) as former:
        assert answers(former)
        issued = world.run("tls", "issue", "--name", "localhost", "--json").json
        until(lambda: shown(port, ca) == issued["serial"])
        assert answers(former)
    assert world.run("tls", "show", "--json").json["shown"]["serial"] == issued["serial"]
    records = [each for each in recorded(world.server.data / "journal") if each["kind"] == "certificate"]
    assert {"authority", "server"} == {each["role"] for each in records}
    assert records[-1]["serial"] == issued["serial"]


def test_init_is_done_once_and_odd_names_are_refused(beyond):
    _, world, _ca = beyond
    with pytest.raises(Conflict):
        world.server.client.post("/v1/tls/authority", {})
    for names in ([], ["a b"], ["*"]):
        with pytest.raises(Invalid):
            world.server.client.post("/v1/tls/certificate", {"names": names})


def test_strangers_change_no_certificate(world):
    for path in ("/v1/tls/authority", "/v1/tls/certificate"):
        assert world.post(path, {"names": ["a"]}).status == 401
    assert world.get("/v1/tls").status == 401
    with pytest.raises(NotFound):
        world.server.client.get("/v1/tls")


def test_files_are_loaded_anew_when_they_change_and_on_sighup_and_a_bad_one_is_not(tmp_path):
    made = tmp_path / "made"
    made.mkdir()
    certificate, key = pair_files(made, "localhost")
    ca = tmp_path / "ca.pem"
    ca.write_bytes(AUTHORITY)
    variables = {"NAMEPLATE_TLS__CERTIFICATE": str(certificate), "NAMEPLATE_TLS__KEY": str(key)}
    with running_server(tmp_path, free_port(), **variables) as server:
        port, first = server.port, shown(server.port, ca)
        pair_files(made, "localhost")
        until(lambda: shown(port, ca) != first)
        second = shown(port, ca)
        shutil.copy(key, tmp_path / "kept")
        key.write_bytes(b"no key")
        until(lambda: findings(server) == ["certificate_unusable"])
        assert shown(port, ca) == second
        pair_files(made, "localhost")
        os.kill(server.supervisor, signal.SIGHUP)
        until(lambda: shown(port, ca) != second)
    assert "PRIVATE" not in (tmp_path / "serve.log").read_text()


def findings(server):
    records = recorded(server.data / "journal")
    return [each["finding"] for each in records if each["kind"] == "finding"]


class Heard:
    """The ledger's ear for findings."""

    def __init__(self):
        self.findings = []

    def raise_finding(self, finding):
        self.findings.append(finding.finding)


def test_a_certificate_that_ends_soon_is_a_finding_once_a_day(tmp_path, monkeypatch):
    monkeypatch.setattr(certificates, "RENEWAL_S", 0.0)
    monkeypatch.setattr(certificates, "LOOK_S", 0.001)
    pair, heard, clock = read_pair(*pair_files(tmp_path, "a")), Heard(), [NOW]

    async def main(keys):
        files = CertificateFiles(tmp_path / "tls", keys)
        certifier = Certifier(files, None, "n", lambda: clock[0])  # type: ignore[arg-type] # nothing is issued
        keeper = Keeper(ServerTls(pair), lambda: pair, lambda: 0, certifier, heard, lambda: clock[0])
        task = asyncio.create_task(keeper.run())
        counts = []
        for days in (0, 77, 77, 78):
            clock[0] = NOW + days * DAY_US + days
            await asyncio.sleep(0.05)
            counts.append(len(heard.findings))
        task.cancel()
        assert counts == [0, 1, 1, 2]
        assert set(heard.findings) == {"certificate_ends"}

    with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as keys:
        asyncio.run(main(keys))
