"""What an operator may set."""

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from nameplate.domain.errors import Invalid

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


class Settings(NamedTuple):
    """`scheme`: `smtp+tls` begins in the clear and insists on STARTTLS, `smtps` is TLS from the start, `smtp` plain.

    `user` and `password` log in where there are both. Times in seconds; `gap`: the least time between two mails.
    """

    scheme: str
    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    node: str = "nameplate"
    user: str = ""
    password: bytes = b""
    timeout: float = 20.0
    gap: float = 10.0


def parse_target(target: str, node: str, user: str = "", password: bytes = b"") -> Settings:
    """`smtp+tls://HOST[:PORT]?from=BOX&to=BOX,BOX`, `smtps://...` or `smtp://...`. Raises `Invalid` for all else."""
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    # `+` stands for a space in forms; here it is part of many a mailbox.
    query = parse_qs(parts.query.replace("+", "%2B"))
    sender, recipients = query.get("from", [""])[0], tuple(query.get("to", [""])[0].split(","))
    if parts.scheme not in PORTS or not host or "@" in parts.netloc or not sender or "" in recipients:
        message = "The address of the mail sink is not one."
        raise Invalid("sink_target", message, "Write it as smtp+tls://HOST:587?from=BOX&to=BOX.")
    if not password.isascii():
        # The login would fail with an error that shows it.
        message = "The password of the mail server holds more than ASCII."
        raise Invalid("sink_credential", message, "Put another one under its name: `nameplate key put NAME`.")
    return Settings(parts.scheme, host, port or PORTS[parts.scheme], sender, recipients, node, user, password)
