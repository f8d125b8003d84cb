"""TLS of the public listener: which certificate new connections get. Those that are open keep theirs."""

import os
import ssl

from nameplate.domain.errors import Invalid
from nameplate.ports.certificates import Certificate, Pair


class ServerTls:
    """What the listener shows. `context` is another one after each `replace`."""

    def __init__(self, pair: Pair) -> None:
        """Raises Invalid where the key is not that of the certificate."""
        self.context, self.certificate = _context(pair), pair.certificate

    def replace(self, pair: Pair) -> Certificate:
        """Show this from now on; raises Invalid and goes on with the former one where it cannot be used."""
        self.context, self.certificate = _context(pair), pair.certificate
        return pair.certificate


def _context(pair: Pair) -> ssl.SSLContext:
    context = server_context(pair.chain, pair.key)
    context.set_alpn_protocols(["http/1.1"])
    return context


def server_context(chain: bytes, key: bytes) -> ssl.SSLContext:
    """TLS 1.2 or newer, showing that certificate (PEM); raises Invalid where the key is not its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    _load(context, chain, key)
    return context


def require_clients(context: ssl.SSLContext, ca: str) -> None:
    """Let nobody in without a certificate that those in the file `ca` have signed; raises Invalid.

    Each connection shows its own: no session is taken up again.
    """
    try:
        context.load_verify_locations(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        why = (error.strerror if not isinstance(error, ssl.SSLError) else None) or "it holds no certificate"
        raise Invalid("tls_ca", f"The certificates in {ca} cannot be used: {why}.", "Correct `tls.ca`.") from None
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0


def _load(context: ssl.SSLContext, chain: bytes, key: bytes) -> None:
    # The ssl module reads files only, and the key of the own authority never lies in one: this is memory.
    descriptor = os.memfd_create("tls", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, key.rstrip(b"\n") + b"\n" + chain)
        # Without the empty password OpenSSL would ask for one at the terminal.
        context.load_cert_chain(f"/proc/self/fd/{descriptor}", password="")
    except (ssl.SSLError, ValueError):
        message = "The TLS key cannot be used: it is encrypted, or is not that of the certificate."
        raise Invalid("tls_pair", message, "Give both as unencrypted PEM, the server's certificate first.") from None
    finally:
        os.close(descriptor)
