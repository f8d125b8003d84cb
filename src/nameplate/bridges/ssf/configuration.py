"""Stream configurations as receivers write them, and as we answer them (SSF 1.0, section 8.1)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nameplate.domain.errors import Invalid, Unavailable

from .streams import StreamSpec
from .telling import TOLD
from .transmitter import POLL
from .web import require_web

PUSH = "urn:ietf:rfc:8935"
MIN_VERIFICATION_S = 10
STATUSES = ("enabled", "paused", "disabled")
TEXT = r"[^\x00-\x1f\x7f-\x9f]*"
"""Any letters, but nothing that moves a cursor."""
MAX_EVENTS, MAX_TEXT, MAX_SUBJECTS = 64, 1024, 10_000
SUPPORTED = tuple(str(each) for each in TOLD)


def metadata(issuer: str) -> dict[str, Any]:
    """What we say of ourselves (section 7.1)."""
    return {
        "spec_version": "1_0",
        "issuer": issuer,
        "jwks_uri": f"{issuer}/ssf/jwks",
        "delivery_methods_supported": [PUSH, POLL],
        "configuration_endpoint": f"{issuer}/ssf/streams",
        "status_endpoint": f"{issuer}/ssf/status",
        "add_subject_endpoint": f"{issuer}/ssf/subjects/add",
        "remove_subject_endpoint": f"{issuer}/ssf/subjects/remove",
        "verification_endpoint": f"{issuer}/ssf/verify",
        "critical_subject_members": [],
        "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6750"}],
        "default_subjects": "ALL",
    }


def audience(issuer: str, bridge: str) -> str:
    """How our tokens name whoever hears them."""
    return f"{issuer}/ssf/{bridge}"


def configuration(stream: StreamSpec, issuer: str) -> dict[str, Any]:
    """The whole configuration of a stream. What they gave us to call them with is not shown again."""
    delivered = [each for each in SUPPORTED if not stream.events or each in stream.events]
    place = stream.endpoint or f"{issuer}/ssf/poll/{stream.id}"
    return {
        "stream_id": stream.id,
        "iss": issuer,
        "aud": audience(issuer, stream.bridge),
        "delivery": {"method": PUSH if stream.endpoint else POLL, "endpoint_url": place},
        "events_supported": list(SUPPORTED),
        "events_requested": list(stream.events) or list(SUPPORTED),
        "events_delivered": delivered,
        "min_verification_interval": MIN_VERIFICATION_S,
        **({"description": stream.description} if stream.description else {}),
    }


def configured(stream: StreamSpec, wanted: Mapping[str, Any], issuer: str, *, whole: bool) -> StreamSpec:
    """The stream as they want it. `whole`: what they do not name goes back to what is usual (PUT), else it stays.

    Raises Invalid for what cannot be, and where they name what is ours to say, with another value (section 8.1.1.3).
    """
    ours = configuration(stream, issuer)
    for name in ("stream_id", "iss", "aud", "events_supported", "events_delivered", "min_verification_interval"):
        if name in wanted and wanted[name] != ours[name]:
            raise _invalid(name)
    after = replace(stream, events=(), description="", endpoint="", authorization="") if whole else stream
    if "events_requested" in wanted:
        after = replace(after, events=_events(wanted["events_requested"]))
    if "description" in wanted:
        after = replace(after, description=_text(wanted["description"], "description"))
    return _delivered(after, wanted["delivery"], ours["delivery"]) if "delivery" in wanted else after


def _delivered(stream: StreamSpec, delivery: Any, ours: Mapping[str, Any]) -> StreamSpec:
    if not isinstance(delivery, Mapping) or delivery.get("method") not in (PUSH, POLL):
        raise _invalid("delivery.method")
    if delivery["method"] == POLL:
        # Where they poll is ours to say.
        return replace(stream, endpoint="", authorization="")
    try:
        endpoint = require_web(_text(delivery.get("endpoint_url"), "delivery.endpoint_url"))
    except Unavailable:
        raise _invalid("delivery.endpoint_url") from None
    authorization = delivery.get("authorization_header")
    if authorization is None:
        kept = stream.authorization if endpoint == ours.get("endpoint_url") else ""
        return replace(stream, endpoint=endpoint, authorization=kept)
    header = _text(authorization, "delivery.authorization_header")
    if not header.isascii():
        # It goes into a header, where other letters have no certain form.
        raise _invalid("delivery.authorization_header")
    return replace(stream, endpoint=endpoint, authorization=header)


def _events(value: Any) -> tuple[str, ...]:
    fine = isinstance(value, list) and len(value) <= MAX_EVENTS
    if not fine or not all(isinstance(each, str) and len(each) <= MAX_TEXT for each in value):
        raise _invalid("events_requested")
    # Of none of ours there is nothing to tell; an empty list means what is usual.
    return tuple(value)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or re.fullmatch(TEXT, value) is None:
        raise _invalid(name)
    return value


def _invalid(name: str) -> Invalid:
    return Invalid("stream", f"`{name}` cannot be so.", "See SSF 1.0, section 8.1.1.")
