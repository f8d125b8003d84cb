"""Makes an event fit a receiver's limit and says so in it (OCSF `metadata.is_truncated`)."""

from typing import Any

import msgspec

CLIPS = (1024, 256, 64, 16)


def fit(event: dict[str, Any], limit: int) -> bytes:
    """The event as JSON of at most `limit` bytes: first without free data, then with ever shorter texts."""
    body = dump(event)
    if len(body) <= limit:
        return body
    uid = event["metadata"]["uid"]
    event["metadata"] |= {"is_truncated": True, "untruncated_size": len(body)}
    for key in ("entity", "entity_result"):
        event.get(key, {}).pop("data", None)
    event.pop("unmapped", None)
    for clip in CLIPS:
        body = dump(event)
        if len(body) <= limit:
            break
        event = clipped(event, clip)
        event["metadata"]["uid"] = uid
    return dump(event)


def dump(event: dict[str, Any]) -> bytes:
    """Compact JSON in UTF-8."""
    return msgspec.json.encode(event)


def clipped(value: Any, size: int) -> Any:
    """No text longer than `size` characters, no list longer than eight."""
    if isinstance(value, dict):
        return {key: clipped(item, size) for key, item in value.items()}
    if isinstance(value, list):
        return [clipped(item, size) for item in value[:8]]
    return value[:size] if isinstance(value, str) else value
