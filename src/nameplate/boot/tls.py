"""What the public listener shows, and whether it must show anything."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from nameplate.domain.errors import Invalid
from nameplate.domain.networks import is_loopback
from nameplate.keys.x509 import CertificateFiles, read_pair
from nameplate.ports.certificates import Pair
from nameplate.ports.keys import KeyStore

from .paths import Paths
from .settings import Settings

REMEDY = (
    "Set tls.certificate and tls.key. Or let Nameplate be the authority: start it on 127.0.0.1, run "
    "`nameplate tls init` and `nameplate tls issue --name HOST`, and start it again."
)


def speaks_tls(settings: Settings) -> bool:
    """Whether the public listener speaks TLS: beyond loopback always, on it where a certificate is set.

    Raises Invalid where it must and has no certificate, before anything is opened.
    """
    certificate, key = settings.tls.certificate, settings.tls.key
    if (certificate is None) != (key is None):
        raise Invalid("tls", "tls.certificate and tls.key belong together.", "Set both or neither.")
    if certificate is None and is_loopback(settings.host):
        return False
    if certificate is None and not _issued(settings).exists():
        message = f"{settings.host} can be reached from outside, which needs TLS, and there is no certificate."
        raise Invalid("listener", message, REMEDY)
    return True


def certificates(paths: Paths, keys: KeyStore) -> CertificateFiles:
    """The site's own authority."""
    return CertificateFiles(paths.tls, keys)


def find_pair(settings: Settings, own: CertificateFiles) -> Pair:
    """The certificate to show; raises Invalid, NotFound, and Refused for a key that others may read."""
    if settings.tls.certificate is not None and settings.tls.key is not None:
        return read_pair(settings.tls.certificate, settings.tls.key)
    pair = own.server()
    if pair is None:
        raise Invalid("listener", "There is no certificate to show.", REMEDY)
    return pair


def shown_files(settings: Settings) -> tuple[Path, ...]:
    """The files whose change means another certificate: those that are set, else that of the own authority."""
    files = tuple(file for file in (settings.tls.certificate, settings.tls.key) if file is not None)
    return files or (_issued(settings),)


def _issued(settings: Settings) -> Path:
    return Paths(settings.data).tls / "server.pem"


def state_of_files(files: Iterable[Path]) -> tuple[tuple[int, int, int], ...]:
    """Differs when one of these files has changed: number, size and time of each."""
    found = []
    for file in files:
        with suppress(OSError):
            status = file.stat()
            found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)
