"""Signatures of webhooks (Standard Webhooks, symmetric)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook


def signed(uid: str, at: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The headers of one attempt at `at` (microseconds, UTC): one signature for each key, the newest first."""
    moment = datetime.fromtimestamp(at // 1_000_000, UTC)
    signatures = [Webhook(key).sign(uid, moment, body.decode()) for key in keys]
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(at // 1_000_000),
        "webhook-signature": " ".join(signatures),
    }
