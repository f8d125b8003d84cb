"""Which sink a target means. A kind of sink is one line in `_KINDS`."""

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from nameplate.domain.errors import Invalid
from nameplate.domain.sinks import OTLP
from nameplate.domain.sinks import Sink as Declared
from nameplate.exports.tls import client_context
from nameplate.ports.sink import Sink

from . import clocks

FILE_EVENT_LIMIT = 1024 * 1024
HTTP_EVENT_LIMIT = 256 * 1024
MAIL_EVENT_LIMIT = 16 * 1024
Secrets = Mapping[str, bytes]
Build = Callable[[Declared, str, Secrets], tuple[Sink, int]]
"""A declared sink, the node and the sink's credentials -> the sink, and how many bytes an event may have."""


def make_sink(declared: Declared, node: str, credentials: Secrets) -> tuple[Sink, int]:
    """A session-less sink, and how many bytes an event may have; raises `Invalid`."""
    build = _KINDS.get(declared.to.partition(":")[0])
    if build is None:
        what = f"The target of {declared.id} is of no kind that is known here."
        raise Invalid("sink_target", what, f"Use one of: {', '.join(_KINDS)}.")
    return build(declared, node, credentials)


def _file(declared: Declared, _node: str, _credentials: Secrets) -> tuple[Sink, int]:
    from nameplate.exports.sinks.file import FileSink

    return FileSink(Path(declared.to.removeprefix("file:"))), FILE_EVENT_LIMIT


def _syslog(declared: Declared, node: str, credentials: Secrets) -> tuple[Sink, int]:
    from nameplate.exports.sinks.syslog import Settings, SyslogSink, parse_target

    target = parse_target(declared.to)
    settings = Settings(target.host, target.port, node, target.old_header)
    return SyslogSink(settings, _context(declared, credentials) if target.encrypted else None), settings.event_limit


def _http(declared: Declared, node: str, credentials: Secrets) -> tuple[Sink, int]:
    from nameplate.exports.sinks.http import HttpSink, Settings

    settings = Settings(
        declared.to,
        node,
        OTLP if declared.format == OTLP else declared.preset or "plain",
        declared.format,
        declared.auth.user,
        declared.auth.header,
        credentials.get(declared.auth.credential, b""),
        tuple(credentials[name] for name in declared.secrets),
        declared.gzip,
    )
    context = _context(declared, credentials) if declared.to.startswith("https:") else None
    return HttpSink(settings, clocks.wall, context), HTTP_EVENT_LIMIT


def _mail(declared: Declared, node: str, credentials: Secrets) -> tuple[Sink, int]:
    from nameplate.exports.sinks.mail import MailSink, parse_target

    password = credentials.get(declared.auth.credential, b"")
    settings = parse_target(declared.to, node, declared.auth.user, password)
    context = _context(declared, credentials) if settings.scheme != "smtp" else None
    return MailSink(settings, clocks.wall, context), MAIL_EVENT_LIMIT


def _context(declared: Declared, credentials: Secrets) -> Callable[[], ssl.SSLContext]:
    """Made anew for each session: the files may have been replaced."""
    tls = declared.tls
    return lambda: client_context(tls.ca, tls.cert, credentials.get(tls.key, b""))


_KINDS: Mapping[str, Build] = {
    "file": _file,
    "syslog+tcp": _syslog,
    "syslog+tls": _syslog,
    "https": _http,
    "http": _http,
    "smtp+tls": _mail,
    "smtps": _mail,
    "smtp": _mail,
}
