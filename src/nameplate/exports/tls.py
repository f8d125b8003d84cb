"""TLS towards receivers: version, trust, name and our own certificate."""

import os
import ssl
from typing import NoReturn

from nameplate.domain.errors import Invalid


def client_context(ca: str = "", cert: str = "", key: bytes = b"") -> ssl.SSLContext:
    """TLS 1.2 or newer, checks the server's certificate and name, and never falls back.

    `ca`: file of the certificates to trust; the system's when empty. `cert`: file of our certificate chain, whose
    private key is `key` (PEM, not encrypted). Raises `Invalid`, which names files and never shows a key.
    """
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError) as error:
        raise _unusable(f"The certificates in {ca} cannot be read", error) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert:
        _present(context, cert, key)
    return context


def _present(context: ssl.SSLContext, cert: str, key: bytes) -> None:
    """OpenSSL takes keys from files only: this one is in memory and has no name (memfd_create(2))."""
    fd = os.memfd_create("key", os.MFD_CLOEXEC)
    try:
        os.write(fd, key)
        context.load_cert_chain(cert, f"/proc/self/fd/{fd}", password=_refuse_to_ask)
    except (OSError, ssl.SSLError, ValueError) as error:
        raise _unusable(f"The certificate {cert} and its key cannot be used together", error) from None
    finally:
        os.close(fd)


def _refuse_to_ask() -> NoReturn:
    """An encrypted key would otherwise stop the process with a question on the terminal."""
    raise ValueError("the key is encrypted")


def _unusable(what: str, error: Exception) -> Invalid:
    return Invalid("sink_tls", f"{what}: {reason(error)}.", "Correct `tls:` of the sink, or the credential of its key.")


def reason(error: Exception) -> str:
    """What went wrong, in the words of OpenSSL or the system, without the place in their source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({error.verify_message})"
    if isinstance(error, ssl.SSLEOFError):
        return "it broke off without a word (it may want a certificate of ours: `tls.cert`)"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    if isinstance(error, TimeoutError):
        return "it took too long"
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
