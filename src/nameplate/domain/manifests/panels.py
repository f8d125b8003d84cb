"""The reader ports of an existing panel, in front of which a point stands."""

import re

from nameplate.domain.names import is_key_name
from nameplate.domain.points import PanelPort

from .fields import Fields
from .lines import MAX_ADDRESS, read_line

MAX_PORTS = 16
COLOURS = ("red", "green", "amber", "blue", "magenta", "cyan", "white")
_SIGNAL = re.compile(rf"{'|'.join(COLOURS)}|beep-[1-9][0-9]?")
_USUAL = PanelPort("", "", "")


def read_ports(fields: Fields) -> tuple[PanelPort, ...]:
    """The field `panel` of a channel."""
    ports = tuple(_port(section) for section in fields.sections("panel", limit=MAX_PORTS))
    if len({port.reader for port in ports}) != len(ports):
        fields.fail("panel", "Two ports stand for the same reader.", "Give each reader of the door one port.")
    return ports


def _port(fields: Fields) -> PanelPort:
    port = PanelPort(
        fields.name("reader", required=True),
        read_line(fields),
        _key(fields),
        fields.integer("address", 0, range(MAX_ADDRESS + 1)),
        _signals(fields, "granted") or _USUAL.granted,
        _signals(fields, "refused") or _USUAL.refused,
    )
    if set(port.granted) & set(port.refused):
        fields.fail("granted", "A signal means both yes and no.", "Let each signal mean one thing.")
    fields.done()
    return port


def _key(fields: Fields) -> str:
    name = fields.text("key", required=True)
    if name and not is_key_name(name):
        remedy = "Give the name under which `nameplate key put` stores the port's key, never the key itself."
        fields.fail("key", "This is not a name in the key store.", remedy)
        return ""
    return name


def _signals(fields: Fields, key: str) -> tuple[str, ...]:
    signals = fields.texts(key, limit=len(COLOURS))
    for position, signal in enumerate(signals):
        if _SIGNAL.fullmatch(signal) is None:
            remedy = f"Use {', '.join(COLOURS)}, or beep-N for so many tones."
            fields.fail(f"{key}[{position}]", f"{signal!r} is not a signal.", remedy)
    return signals


def write_port(port: PanelPort) -> dict[str, object]:
    """The inverse of reading one."""
    written: dict[str, object] = {"reader": port.reader, "to": port.to, "key": port.key}
    if port.address:
        written["address"] = port.address
    if port.granted != _USUAL.granted:
        written["granted"] = list(port.granted)
    if port.refused != _USUAL.refused:
        written["refused"] = list(port.refused)
    return written
