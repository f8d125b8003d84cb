"""What is said at our side of shared signals, for the document: SSF 1.0, RFC 8935 and RFC 8936.

Members that nobody here knows are ignored, as the standards have it. The server answers members of its own as plain
JSON objects; these types describe them.
"""

from typing import Annotated, Any, Literal

import msgspec

from nameplate.boot.signals import MAX_ADDRESS, MAX_EVENTS, MAX_STATE, POLL, PUSH, STATUSES, TEXT

_Name = Annotated[str, msgspec.Meta(max_length=MAX_ADDRESS)]
_Text = Annotated[str, msgspec.Meta(max_length=MAX_ADDRESS, extra_json_schema={"pattern": f"^{TEXT}$"})]
_Header = Annotated[str, msgspec.Meta(max_length=MAX_ADDRESS, extra_json_schema={"pattern": "^[ -~]*$"})]
_State = Annotated[str, msgspec.Meta(max_length=MAX_STATE)]
_Status = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(STATUSES)})]
_Method = Annotated[str, msgspec.Meta(extra_json_schema={"enum": [PUSH, POLL]})]
_Address = Annotated[str, msgspec.Meta(max_length=MAX_ADDRESS, extra_json_schema={"pattern": r"^https://[a-z0-9.-]+/"})]

_WHERE_PUSHED = {
    "if": {"properties": {"method": {"const": PUSH}}},
    "then": {"required": ["endpoint_url"]},
}
_NAMED = {
    "if": {"properties": {"format": {"const": "iss_sub"}}},
    "then": {"required": ["iss", "sub"], "properties": {"iss": {"type": "string"}, "sub": {"type": "string"}}},
}


class DeliveryIn(msgspec.Struct):
    """How tokens reach them (section 6.1): pushed to `endpoint_url`, or polled where we say."""

    method: _Method
    endpoint_url: _Address | msgspec.UnsetType = msgspec.UNSET
    authorization_header: _Header | None = None


_Delivery = Annotated[DeliveryIn, msgspec.Meta(extra_json_schema=_WHERE_PUSHED)]
_Events = Annotated[list[_Name], msgspec.Meta(max_length=MAX_EVENTS)]


class StreamIn(msgspec.Struct):
    """A new stream (section 8.1.1.1). Without a word on delivery it is polled; without events it is told of all."""

    delivery: _Delivery | msgspec.UnsetType = msgspec.UNSET
    events_requested: _Events | msgspec.UnsetType = msgspec.UNSET
    description: _Text | msgspec.UnsetType = msgspec.UNSET


class ChangeIn(StreamIn, kw_only=True):
    """Another configuration for a stream (sections 8.1.1.3 and 8.1.1.4)."""

    stream_id: str


class DeliveryOut(msgspec.Struct):
    """How tokens travel. What is sent along with a push is not shown."""

    method: Literal["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"]
    endpoint_url: str


class StreamOut(msgspec.Struct):
    """The configuration of a stream."""

    stream_id: str
    iss: str
    aud: str
    delivery: DeliveryOut
    events_supported: list[str]
    events_requested: list[str]
    events_delivered: list[str]
    min_verification_interval: int
    description: str | msgspec.UnsetType = msgspec.UNSET


class StatusIn(msgspec.Struct):
    """What becomes of a stream (section 8.1.2.2)."""

    stream_id: str
    status: _Status
    reason: _State | msgspec.UnsetType = msgspec.UNSET


class StatusOut(msgspec.Struct):
    """Whether a stream runs."""

    stream_id: str
    status: _Status
    reason: str | msgspec.UnsetType = msgspec.UNSET


class SubjectId(msgspec.Struct):
    """A subject identifier (RFC 9493); ours are `iss_sub` under our issuer."""

    format: str


class SubjectIn(msgspec.Struct):
    """Whom they want to hear of, or no more (section 8.1.3)."""

    stream_id: str
    subject: Annotated[SubjectId, msgspec.Meta(extra_json_schema=_NAMED)]
    verified: bool | msgspec.UnsetType = msgspec.UNSET


class VerifyIn(msgspec.Struct):
    """Have a verification event sent (section 8.1.4.2)."""

    stream_id: str
    state: _State | None = None


class SetError(msgspec.Struct):
    """Why a token was not taken (RFC 8935, section 2.4)."""

    err: str
    description: str = ""


class PollIn(msgspec.Struct):
    """RFC 8936, section 2.2. Nothing is waited for with `returnImmediately`."""

    maxEvents: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - its name there
    returnImmediately: bool | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - its name there
    ack: list[str] | msgspec.UnsetType = msgspec.UNSET
    setErrs: dict[str, SetError] | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - its name there


class PollOut(msgspec.Struct):
    """Tokens by `jti` (RFC 8936, section 2.3)."""

    sets: dict[str, str]
    moreAvailable: bool | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - its name there


class PushRefused(msgspec.Struct):
    """RFC 8935, section 2.3."""

    err: str
    description: str


Token = Annotated[str, msgspec.Meta(title="Token", description="A security event token (RFC 8417), signed.")]


class Configuration(msgspec.Struct):
    """What a transmitter says of itself (section 7.1)."""

    spec_version: str
    issuer: str
    jwks_uri: str
    delivery_methods_supported: list[str]
    configuration_endpoint: str
    status_endpoint: str
    add_subject_endpoint: str
    remove_subject_endpoint: str
    verification_endpoint: str
    critical_subject_members: list[str]
    authorization_schemes: list[dict[str, str]]
    default_subjects: str


class KeySet(msgspec.Struct):
    """Public keys (RFC 7517, section 5)."""

    keys: list[dict[str, Any]]
