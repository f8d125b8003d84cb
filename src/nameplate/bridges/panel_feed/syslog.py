"""Syslog messages as fields: RFC 5424, and RFC 3164 as it is found in the wild. Pure functions.

Fields: `time`, `host`, `app`, `msgid`, `message`; each parameter of the structured data; each `name=value` or
`name="value"` in the message. The header wins over the data, and the data over the message.
"""

import re

MAX_MESSAGE = 8_192
_RFC5424 = re.compile(r"<\d{1,3}>1 (?P<time>\S+) (?P<host>\S+) (?P<app>\S+) \S+ (?P<msgid>\S+) (?P<rest>.*)", re.DOTALL)
_RFC3164 = re.compile(
    r"<\d{1,3}>(?P<stamp>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (?P<host>\S+) (?P<app>[^\s:\[]{1,48})(\[[^\]]*\])?: ?"
    r"(?P<message>.*)",
    re.DOTALL,
)
_ELEMENT = re.compile(r'\[[^\s=\]"]+((?: [^\s=\]"]+="(?:[^"\\\]]|\\.)*")*)\]')
_PARAMETER = re.compile(r' ([^\s=\]"]+)="((?:[^"\\\]]|\\.)*)"')
_PAIR = re.compile(r'(?<!\S)([A-Za-z][\w.-]{0,63})=(?:"([^"]*)"|(\S+))')


def read_message(data: bytes) -> dict[str, str]:
    """The fields of one message; none for what is none. The old header has no year, so its time is left out."""
    text = data[:MAX_MESSAGE].decode("utf-8", "replace").rstrip("\r\n\0")
    if (new := _RFC5424.match(text)) is not None:
        parameters, message = _structured(new["rest"])
        header = {name: new[name] for name in ("time", "host", "app", "msgid") if new[name] != "-"}
        return _pairs(message) | parameters | header | {"message": message}
    if (old := _RFC3164.match(text)) is not None:
        return _pairs(old["message"]) | {name: old[name] for name in ("host", "app", "message")}
    return {}


def _structured(rest: str) -> tuple[dict[str, str], str]:
    """The parameters of the structured data, and what follows it."""
    found: dict[str, str] = {}
    if rest.startswith("-"):
        return found, rest[2:]
    while (element := _ELEMENT.match(rest)) is not None:
        for name, value in _PARAMETER.findall(element[1]):
            found[name] = re.sub(r'\\(["\\\]])', r"\1", value)
        rest = rest[element.end() :]
    return found, rest.removeprefix(" ").removeprefix("\ufeff")


def _pairs(message: str) -> dict[str, str]:
    return {name: quoted or plain for name, quoted, plain in _PAIR.findall(message)}
