"""Lines to hardware."""

import re

from .fields import Fields

MAX_ADDRESS = 126
_LINE = re.compile(
    r"pty:/\S+|serial:/[^\s?]+(\?baud=[1-9][0-9]{2,6})?|tcp:(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):(?P<port>[0-9]{1,5})"
)


def read_line(fields: Fields) -> str:
    """The field `to` of a channel or a port."""
    return read_target(fields, _LINE, "Write pty:/PATH, serial:/PATH?baud=38400 or tcp:HOST:PORT.")


def read_target(fields: Fields, pattern: re.Pattern[str], remedy: str) -> str:
    """The field `to`, of that form; a group `port` in it is a port number."""
    to = fields.text("to", required=True)
    matched = pattern.fullmatch(to)
    if to and (matched is None or not 0 < int(matched["port"] or 1) < 65_536):
        fields.fail("to", f"{to!r} is not possible here.", remedy)
    return to
