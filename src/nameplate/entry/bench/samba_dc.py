"""A real Samba domain controller for as long as a block of code lasts, in place of Active Directory."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nameplate.domain.errors import Unavailable

from .ldap_editor import LdapEditor
from .slapd import Tls

INSTALL = "apt-get install samba-ad-dc samba-ad-provision samba-dsdb-modules winbind"
PATIENCE_S, PROVISION_S = 60.0, 180.0
DOMAIN = "DC=ad,DC=example"
ADMIN, PASSWORD = "Administrator@AD.EXAMPLE", "Administers-it-1"
READER, READER_PASSWORD = "nameplate@AD.EXAMPLE", "Reads-it-1"
PLAIN_PORT, TLS_PORT = 389, 636
SERVICES = "rpc, ldap, cldap, kdc, winbindd"
NORMAL, COMPUTER, DISABLED, NO_PASSWORD = 0x200, 0x1000, 0x2, 0x20
"""Of userAccountControl (MS-ADTS 2.2.16)."""


class SambaDc:
    """One domain, in a folder of its own. Samba's ports are fixed: it has a loopback address to itself."""

    def __init__(self, folder: Path, tls: Tls | None = None) -> None:
        self.host, self._folder, self._tls = _address(), folder, tls
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens; without certificates of its own, in plain on loopback."""
        return f"ldaps://{self.host}" if self._tls else f"ldap://{self.host}"

    def provision(self) -> None:
        """Make the domain, and the account that reads it. Takes some ten seconds of processor time."""
        words = ["domain", "provision", "--dns-backend=NONE", "--realm=AD.EXAMPLE", "--domain=AD", "--server-role=dc"]
        words += ["--host-name=dc1", f"--host-ip={self.host}", f"--adminpass={PASSWORD}"]
        words += [f"--targetdir={self._folder}", "--option=vfs objects=dfs_samba4 acl_tdb xattr_tdb"]
        _run("samba-tool", *words)
        _run("samba-tool", "user", "create", "nameplate", READER_PASSWORD, "-H", str(self._database))
        self._configure(self._folder / "etc" / "smb.conf")

    def _configure(self, path: Path) -> None:
        """What the tool wrote, but ours where both say something."""
        replaced = ("server services", "log file")
        kept = [line for line in path.read_text("utf-8").splitlines() if not line.strip().startswith(replaced)]
        path.write_text("\n".join(kept).replace("[global]", "\n".join(["[global]", *self._options()]), 1), "utf-8")

    def _options(self) -> list[str]:
        run = self._folder / "run"
        run.mkdir(mode=0o755)
        return [
            # Two domains on one machine must not meet in places that the package shares.
            f"pid directory = {run}",
            f"ncalrpc dir = {run}/ncalrpc",
            f"winbindd socket directory = {run}/winbindd",
            f"interfaces = {self.host}/8",
            "bind interfaces only = yes",
            f"log file = {self._folder}/log",
            f"server services = {SERVICES}",
            f"ldap server require strong auth = {'yes' if self._tls else 'no'}",
            *self._tls_options(),
        ]

    def _tls_options(self) -> list[str]:
        if not self._tls:
            return ["tls enabled = no"]
        self._tls.key.chmod(0o600)  # Samba takes no other
        names = ("tls cafile", "tls certfile", "tls keyfile")
        return [f"{name} = {file}" for name, file in zip(names, self._tls, strict=True)]

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [_program("samba"), "--foreground", "--no-process-group"]
        command.append(f"--configfile={self._folder}/etc/smb.conf")
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603 - Samba
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                said = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
                raise Unavailable("samba", f"Samba does not start: {said[-500:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it; the domain stays."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def editor(self) -> LdapEditor:
        """Who may change everything: over the socket that only root reaches, on which Samba asks for no name."""
        return LdapEditor(_unix(self._folder / "private" / "ldap_priv" / "ldapi"))

    def _answers(self) -> bool:
        """Its sockets come one after the other."""
        try:
            self.editor().close()
        except OSError:
            return False
        return _accepts(self.host, TLS_PORT if self._tls else PLAIN_PORT)

    @property
    def _database(self) -> Path:
        return self._folder / "private" / "sam.ldb"


@contextmanager
def running_samba(folder: Path, tls: Tls | None = None) -> Iterator[SambaDc]:
    """A domain with a few places for machines and people, ended afterwards. Needs root: its ports are below 1024."""
    _program("samba")
    if os.geteuid() != 0:
        raise Unavailable("samba", "A domain controller listens on ports that only root may have.")
    folder.mkdir(parents=True)
    samba = SambaDc(folder, tls)
    try:
        samba.provision()
        samba.start()
        editor = samba.editor()
        for name in ("Machines", "Staff"):
            editor.add(f"OU={name},{DOMAIN}", {"objectClass": ["organizationalUnit"], "ou": [name]})
        editor.close()
        yield samba
    finally:
        samba.stop()


def computer(name: str, **more: str) -> dict[str, Sequence[str]]:
    """The attributes of a machine's account."""
    usual = {"objectClass": ["computer"], "sAMAccountName": [f"{name}$"], "userAccountControl": [str(COMPUTER)]}
    return {**usual, **{key: [text] for key, text in more.items()}}


def user(name: str, **more: str) -> dict[str, Sequence[str]]:
    """The attributes of an account without a password, of a person or a service."""
    flags = str(NORMAL | NO_PASSWORD)
    usual = {"objectClass": ["user"], "sAMAccountName": [name], "userAccountControl": [flags]}
    return {**usual, **{key: [text] for key, text in more.items()}}


def _program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/samba/sbin:/usr/local/samba/bin")
    if found is None:
        raise Unavailable("samba", "Samba is not installed as a domain controller.", f"Get it with: {INSTALL}")
    return found


def _run(name: str, *words: str) -> str:
    # A domain that is made anew each time need not survive a power cut while it is made.
    environment = {**os.environ, "TDB_NO_FSYNC": "1"}
    done = subprocess.run(  # noqa: S603 - Samba's own tool
        [_program(name), *words], capture_output=True, text=True, check=False, timeout=PROVISION_S, env=environment
    )
    if done.returncode:
        raise Unavailable("samba", f"{name} {words[0]} {words[1]} failed: {(done.stderr or done.stdout)[-500:]}")
    return done.stdout


def _unix(path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(str(path))
    except OSError:
        line.close()
        raise
    return line


def _address() -> str:
    """One of the loopback range that nobody has taken for the same purpose."""
    for number in range(1, 255):
        host = f"127.53.{os.getpid() % 250 + 1}.{number}"
        if not _accepts(host, PLAIN_PORT):
            return host
    raise Unavailable("samba", "No loopback address is free.")


def _accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
