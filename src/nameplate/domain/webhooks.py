"""Webhooks that are signed (Standard Webhooks 1.0, symmetric `v1`): secrets, and whether a signature holds."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import NamedTuple

from .errors import Invalid

PREFIX = b"whsec_"
SHORTEST, LONGEST = 24, 64
TOLERANCE_S = 300
"""How far the time of a webhook may lie from ours."""
MAX_SIGNATURES = 16
_ID = re.compile(r"[\x21-\x7e]{1,256}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class Claimed(NamedTuple):
    """What the head of a webhook says: `webhook-id`, `webhook-timestamp` and `webhook-signature`."""

    id: str
    timestamp: str
    signatures: str


def read_secret(value: bytes) -> bytes:
    """The key in `whsec_...` (24 to 64 bytes in base64). Raises `Invalid`, which never shows it."""
    try:
        key = base64.b64decode(value.strip().removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        message = f"A signing secret of the webhook is not `whsec_` and {SHORTEST} to {LONGEST} bytes in base64."
        raise Invalid("webhook_secret", message, "Put another one under its name: `nameplate key put NAME`.")
    return key


def moment(claimed: Claimed) -> int | None:
    """When it says that it was signed, in seconds since the epoch; None for what is no time, or has no id."""
    sound = _ID.fullmatch(claimed.id) and _SECONDS.fullmatch(claimed.timestamp)
    return int(claimed.timestamp) if sound else None


def is_signed(claimed: Claimed, body: bytes, keys: Iterable[bytes]) -> bool:
    """Whether one of the signatures was made with one of the keys. Whatever is wrong, it takes as long."""
    said = f"{claimed.id}.{claimed.timestamp}.".encode() + body
    given = [each.encode() for each in claimed.signatures.split(" ")[:MAX_SIGNATURES]]
    found = False
    for key in keys:
        expected = b"v1," + base64.b64encode(hmac.digest(key, said, hashlib.sha256))
        for each in given:
            found |= hmac.compare_digest(each, expected)
    return found
