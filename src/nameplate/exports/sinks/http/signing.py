"""Signatures of webhooks (Standard Webhooks, symmetric)."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

from nameplate.domain.errors import Invalid

PREFIX = b"whsec_"
SHORTEST, LONGEST = 24, 64


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


def signed(uid: str, at: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The headers of one attempt at `at` (microseconds, UTC): one signature for each key, the newest first."""
    moment = datetime.fromtimestamp(at // 1_000_000, UTC)
    signatures = [Webhook(key).sign(uid, moment, body.decode()) for key in keys]
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(at // 1_000_000),
        "webhook-signature": " ".join(signatures),
    }
