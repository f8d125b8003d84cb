"""OCSF event -> one CEF line. What CEF has no field for stays behind: `ocsf` carries everything."""

import ipaddress
from collections.abc import Iterator

from nameplate.exports.members import Members, pick

SEVERITIES = {1: 1, 2: 3, 3: 5, 4: 8, 5: 10}
"""OCSF severity -> CEF severity, 0 to 10: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high."""
CLIPS = (1023, 256, 64, 16)
OUTCOMES = ("Success", "Failure")
FIELDS = {
    "rt": ("time",),
    "externalId": ("metadata.uid",),
    "cat": ("category_name",),
    "act": ("action", "activity_name"),
    "reason": ("status_code",),
    "msg": ("message",),
    "suid": ("actor.user.uid", "user.uid"),
    "suser": ("actor.user.name", "user.name"),
    "duid": ("entity.uid", "dst_endpoint.uid", "resources.uid"),
    "destinationServiceName": ("dst_endpoint.svc_name", "api.service.name", "unmapped.point"),
    "deviceExternalId": ("metadata.log_provider",),
}
"""CEF key <- the first OCSF member that is there."""
CUSTOM = {
    "cs1": ("unit", ("actor.user.uid_alt", "user.uid_alt", "device.uid")),
    "cs2": ("operation", ("privileges", "api.operation", "unmapped.stop")),
    "cs3": ("correlation", ("metadata.correlation_uid",)),
    "cs4": ("contract", ("authorizations.policy.version",)),
    "cs5": ("statusDetail", ("status_detail", "comment", "finding_info.desc")),
    "cs6": ("checkpoint", ("raw_data",)),
    "flexString1": ("trace", ("unmapped.trace_id",)),
    "cn1": ("sequence", ("metadata.sequence",)),
}
"""CEF custom field <- its label, and the first OCSF member that is there."""


def render(event: Members, limit: int) -> bytes:
    """One line of at most `limit` bytes. Values are cut, ever shorter, until it fits; a signed note is
    left out at last, since one that is cut proves nothing.
    """
    for clip in CLIPS:
        line = _line(event, clip)
        if len(line) <= limit:
            return line
    return _line({**event, "raw_data": ""}, CLIPS[-1])


def _line(event: Members, clip: int) -> bytes:
    severity = event.get("severity_id")
    head = (
        "Nameplate",
        "Nameplate",
        pick(event, "metadata.product.version"),
        _signature(event),
        pick(event, "finding_info.title", "type_name"),
        str(SEVERITIES.get(severity, 0) if isinstance(severity, int) else 0),
    )
    extension = " ".join(f"{key}={_value(text)}" for key, text in _pairs(event, clip))
    return f"CEF:0|{'|'.join(_header(text[:clip]) for text in head)}|{extension}".encode()


def _signature(event: Members) -> str:
    """What kind of event this is, stable for rules in a SIEM: `decision:permit`, `finding:cloned_key`."""
    finer = pick(event, "authorizations.decision", "finding_info.types")
    return ":".join(filter(None, (pick(event, "metadata.event_code"), finer)))


def _pairs(event: Members, clip: int) -> Iterator[tuple[str, str]]:
    for key, paths in FIELDS.items():
        text = pick(event, *paths)
        if text:
            yield key, text if key == "externalId" else text[:clip]
    if (status := pick(event, "status")) in OUTCOMES:
        yield "outcome", status.lower()
    yield from _source(pick(event, "src_endpoint.ip"))
    for key, (label, paths) in CUSTOM.items():
        text = pick(event, *paths)
        if text:
            yield key, text if key == "cs6" else text[:clip]
            yield f"{key}Label", label


def _source(ip: str) -> Iterator[tuple[str, str]]:
    """CEF has one field for IPv4 addresses and another for IPv6."""
    if not ip:
        return
    if ipaddress.ip_address(ip).version == 4:
        yield "src", ip
    else:
        yield "c6a2", ip
        yield "c6a2Label", "Source IPv6 Address"


def _header(text: str) -> str:
    r"""A header field: `\` and `|` are escaped, and it has one line."""
    return _printable(text.replace("\\", r"\\").replace("|", r"\|"))


def _value(text: str) -> str:
    r"""A value: `\` and `=` are escaped, line ends are written as `\n` and `\r`."""
    escaped = text.replace("\\", r"\\").replace("=", r"\=").replace("\n", r"\n").replace("\r", r"\r")
    return _printable(escaped)


def _printable(text: str) -> str:
    return "".join(each if each >= " " and each != "\x7f" else " " for each in text)
