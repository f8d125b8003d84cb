"""Enforcement points."""

from nameplate.domain.names import is_key_name
from nameplate.domain.points import MAX_INPUT, Channel, Exemption, Point

from .apis import REMEDY, SERVER, read_api, write_api
from .fields import Fields
from .grants import read_patterns
from .lines import MAX_ADDRESS, read_line, read_target
from .panels import read_ports, write_port
from .quantities import format_seconds, parse_seconds
from .supplies import read_supplies

MODES = ("enforce", "observe", "warn")
MAX_CREDENTIALS = 16
_USUAL = Channel("", "")


def read_point(fields: Fields, ident: str, site: str) -> Point:
    """An enforcement point."""
    kind, own_site = fields.name("type", required=True), fields.name("site") or site
    mode = fields.section("mode") or Fields({}, fields.problems, fields.at("mode"))
    default = mode.choice("default", {name: name for name in MODES}, "enforce")
    until, observe, warn = mode.day("until"), _exemptions(mode, "observe"), _exemptions(mode, "warn")
    enforce = read_patterns(mode, "enforce") if mode.take("enforce") is not None else ()
    mode.done()
    channels = tuple(_channel(section) for section in fields.sections("channels"))
    credentials = _credentials(fields)
    _check_lines(fields, channels)
    supplies = read_supplies(fields)
    return Point(ident, kind, own_site, channels, default, observe, warn, credentials, enforce, until, supplies)


def _check_lines(fields: Fields, channels: tuple[Channel, ...]) -> None:
    """Readers may share a line under different addresses; a port of a panel shares its line with nobody."""
    lines = [line for channel in channels for line in (channel.to, *(port.to for port in channel.panel))]
    if any(channel.panel for channel in channels) and len(set(lines)) != len(lines):
        fields.fail(
            "channels", "The line of a panel's port is used twice.", "Give each door and each port its own `to`."
        )
    elif len({(channel.to, channel.address, channel.api and channel.door) for channel in channels}) != len(channels):
        fields.fail(
            "channels",
            "Two channels have the same line and address.",
            "Give each door its own `to`, or its own `address` on it.",
        )


def _exemptions(mode: Fields, key: str) -> tuple[Exemption, ...]:
    found = []
    for section in mode.sections(key):
        resources, until = read_patterns(section, "resources"), section.day("until", required=True)
        section.done()
        if until is not None:
            found.append(Exemption(resources, until))
    return tuple(found)


def _channel(fields: Fields) -> Channel:
    section = fields.section("api")
    channel = Channel(
        door=fields.name("door", required=True),
        to=read_line(fields) if section is None else read_target(fields, SERVER, REMEDY),
        address=fields.integer("address", 0, range(MAX_ADDRESS + 1)),
        strike_s=fields.quantity("strike", _parse_strike, "a time from 0.1s to 25.5s") or _USUAL.strike_s,
        pass_s=fields.quantity("pass", parse_seconds, "a time such as 15s") or _USUAL.pass_s,
        panel=read_ports(fields),
        api=None if section is None else read_api(section),
        fire_input=fields.integer("fire_input", 0, range(2, MAX_INPUT + 1)) or None,
    )
    fields.done()
    return channel


def _parse_strike(text: str) -> float | None:
    seconds = parse_seconds(text)
    # OSDP counts the time of an output in tenths of a second, up to 255 (IEC 60839-11-5).
    return seconds if seconds is not None and 0.1 <= seconds <= 25.5 else None


def write_point(point: Point) -> dict[str, object]:
    """The inverse of `read_point`."""
    mode = {
        "default": None if point.default_mode == "enforce" else point.default_mode,
        "until": point.until and point.until.isoformat(),
        "observe": [_written_exemption(exemption) for exemption in point.observe],
        "warn": [_written_exemption(exemption) for exemption in point.warn],
        "enforce": list(point.enforce),
    }
    return {
        "type": point.type,
        "site": point.site,
        "mode": {key: value for key, value in mode.items() if value},
        "channels": [_written_channel(channel) for channel in point.channels],
        "credentials": list(point.credentials),
        "supplies": dict(point.supplies),
    }


def _written_exemption(exemption: Exemption) -> dict[str, object]:
    return {"resources": list(exemption.resources), "until": exemption.until.isoformat()}


def _written_channel(channel: Channel) -> dict[str, object]:
    written: dict[str, object] = {"door": channel.door, "to": channel.to}
    if channel.address:
        written["address"] = channel.address
    if channel.strike_s != _USUAL.strike_s:
        written["strike"] = format_seconds(channel.strike_s)
    if channel.pass_s != _USUAL.pass_s:
        written["pass"] = format_seconds(channel.pass_s)
    if channel.api is not None:
        written["api"] = write_api(channel.api)
    if channel.panel:
        written["panel"] = [write_port(port) for port in channel.panel]
    if channel.fire_input is not None:
        written["fire_input"] = channel.fire_input
    return written


def _credentials(fields: Fields) -> tuple[str, ...]:
    names = fields.texts("credentials", limit=MAX_CREDENTIALS)
    for position, name in enumerate(names):
        if not is_key_name(name):
            remedy = "Use letters, digits, `.`, `_`, `-`, and `/` between: the name given to `nameplate key put`."
            fields.fail(f"credentials[{position}]", "This is not a name in the key store.", remedy)
    return names
