"""What an operator may set."""

import base64
from typing import NamedTuple

from nameplate.domain.errors import Invalid

SCHEMES = {"splunk-hec": "Splunk", "elastic-bulk": "ApiKey"}
"""How a preset introduces its token; `Bearer` elsewhere."""


class Settings(NamedTuple):
    """`preset` is one of `presets.PRESETS` (`otlp` is that of its format); `secret` and `secrets` are the credentials
    themselves, never to be shown.

    `max_body`: bytes of one request before compression; an event that is longer goes alone.
    """

    url: str
    node: str
    preset: str = "plain"
    form: str = "ocsf"
    user: str = ""
    header: str = ""
    secret: bytes = b""
    secrets: tuple[bytes, ...] = ()
    gzip: bool = False
    max_body: int = 1024 * 1024

    def authorization(self) -> dict[str, str]:
        """The header that says who we are; none without a credential. Raises `Invalid`, which never shows it."""
        secret = self.secret.decode("latin-1").strip()
        if not secret:
            return {}
        if not self.user and not all("!" <= each <= "~" or each == " " for each in secret):
            # Who would send it would show it: the error of the library that refuses it holds the whole header.
            message = "The credential of the receiver cannot stand in a header: it is no line of ASCII."
            raise Invalid("sink_credential", message, "Put it anew under its name: `nameplate key put NAME`.")
        if self.user:
            pair = base64.b64encode(f"{self.user}:".encode() + self.secret.strip()).decode()
            return {"authorization": f"Basic {pair}"}
        if self.header:
            return {self.header.lower(): secret}
        return {"authorization": f"{SCHEMES.get(self.preset, 'Bearer')} {secret}"}
