"""A real OpenLDAP for as long as a block of code lasts: measurements and tests."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from nameplate.domain.errors import Unavailable

from .ldap_editor import LdapEditor
from .workload import free_port

INSTALL = "apt-get install slapd"
PATIENCE_S = 20.0
SUFFIX = "dc=clinic,dc=example"
ADMIN, READER = f"cn=admin,{SUFFIX}", f"cn=nameplate,{SUFFIX}"
PASSWORD, READER_PASSWORD = "administers-it", "reads-it"
MODULES, SCHEMA = Path("/usr/lib/ldap"), Path("/etc/ldap/schema")
CONFIGURATION = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
moduleload syncprov
moduleload ppolicy
moduleload memberof
pidfile {folder}/slapd.pid
{tls}
database mdb
maxsize 1073741824
suffix "{suffix}"
rootdn "{admin}"
rootpw {password}
directory {folder}/db
index objectClass,entryUUID,entryCSN eq
limits dn.exact="{reader}" size=unlimited time=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
overlay memberof
overlay syncprov
overlay ppolicy
"""
TLS = "TLSCACertificateFile {ca}\nTLSCertificateFile {cert}\nTLSCertificateKeyFile {key}"


class Tls(NamedTuple):
    """Files in PEM."""

    ca: Path
    cert: Path
    key: Path


class Slapd:
    """One directory below SUFFIX, in a folder of its own. Only READER may read it."""

    def __init__(self, program: str, folder: Path, tls: Tls | None = None) -> None:
        self.port, self.tls_port, self.socket = free_port(), free_port(), folder / "ldapi"
        self._program, self._folder, self._tls = program, folder, tls
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "db").mkdir()
        text = CONFIGURATION.format(
            schema=SCHEMA,
            modules=MODULES,
            folder=folder,
            suffix=SUFFIX,
            admin=ADMIN,
            reader=READER,
            password=PASSWORD,
            tls=TLS.format(**tls._asdict()) if tls else "",
        )
        (folder / "slapd.conf").write_text(text, encoding="utf-8")

    @property
    def url(self) -> str:
        """Where it listens on loopback, without TLS."""
        return f"ldap://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        urls = [self.url, f"ldapi://{str(self.socket).replace('/', '%2F')}"]
        if self._tls:
            urls.append(f"ldaps://127.0.0.1:{self.tls_port}")
        command = [self._program, "-d", "0", "-f", str(self._folder / "slapd.conf"), "-h", " ".join(urls)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - OpenLDAP
        self._await()

    def stop(self) -> None:
        """End it in order; its data stay."""
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None

    def freeze(self) -> None:
        """It stands still: connections stay, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def editor(self) -> LdapEditor:
        """Who may change everything."""
        editor = LdapEditor.over_tcp(self.port)
        editor.bind(ADMIN, PASSWORD)
        return editor

    def fill(self) -> None:
        """The suffix, places for machines, people and groups, and the account that reads it all."""
        editor = self.editor()
        editor.add(SUFFIX, {"objectClass": ["dcObject", "organization"], "dc": ["clinic"], "o": ["Clinic"]})
        reader = {"objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": ["nameplate"]}
        editor.add(READER, {**reader, "userPassword": [READER_PASSWORD]})
        for name in ("machines", "people", "groups"):
            editor.add(f"ou={name},{SUFFIX}", {"objectClass": ["organizationalUnit"], "ou": [name]})
        editor.close()

    def _signal(self, number: int) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def _await(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if time.monotonic() > deadline or (self._process and self._process.poll() is not None):
                    said = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
                    raise Unavailable("slapd", f"slapd does not start: {said[-500:]}") from None
                time.sleep(0.02)
            else:
                return


@contextmanager
def running_slapd(folder: Path, tls: Tls | None = None) -> Iterator[Slapd]:
    """One that is filled with places, and ended afterwards."""
    program = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        raise Unavailable("slapd", "OpenLDAP is not installed.", f"Get it with: {INSTALL}")
    folder.mkdir(parents=True)
    slapd = Slapd(program, folder, tls)
    try:
        slapd.start()
        slapd.fill()
        yield slapd
    finally:
        slapd.thaw()
        slapd.stop()


def device(name: str, **more: str) -> dict[str, Sequence[str]]:
    """The attributes of a machine's account: a robot signs in nowhere, so a device is enough."""
    return {"objectClass": ["device", "extensibleObject"], "cn": [name], **{key: [text] for key, text in more.items()}}


def person(uid: str, name: str, **more: str) -> dict[str, Sequence[str]]:
    """The attributes of somebody's entry."""
    first, _, last = name.partition(" ")
    usual = {"objectClass": ["inetOrgPerson"], "uid": [uid], "cn": [name], "sn": [last or first]}
    return {**usual, **{key: [text] for key, text in more.items()}}
