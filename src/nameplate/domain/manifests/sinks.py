"""Sinks."""

import re

from nameplate.domain.names import is_key_name
from nameplate.domain.sinks import ALARMS, ALL, FINDINGS, OTLP, Auth, Sink, Tls

from .fields import Fields

EVENTS = (ALL, FINDINGS, ALARMS)
JSON_FORMATS = ("ocsf", "ecs")
LINE_FORMATS = (*JSON_FORMATS, "cef")
FORMATS = (*LINE_FORMATS, "text", OTLP)
PRESETS = ("plain", "splunk-hec", "elastic-bulk", "webhook")
MAX_SECRETS = 2
_LOOPBACK = r"(?:127(?:\.[0-9]{1,3}){3}|localhost|\[::1\])"
_HOST = r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])"
_MAILBOX = r"[^\s@,&=?#<>\"()]+@[^\s@,&=?#<>\"()]+"
_MAIL = rf"(?::(?P<port>[0-9]{{1,5}}))?/?\?from={_MAILBOX}&to={_MAILBOX}(?:,{_MAILBOX})*"
_TARGETS = {
    "file": re.compile(r"file:\S.*"),
    "syslog+tcp": re.compile(rf"syslog\+tcp://{_HOST}:(?P<port>[0-9]{{1,5}})/?(?P<header>\?header=(?:5424|3164))?"),
    "syslog+tls": re.compile(rf"syslog\+tls://{_HOST}:(?P<port>[0-9]{{1,5}})/?(?P<header>\?header=(?:5424|3164))?"),
    "https": re.compile(rf"https://{_HOST}(?::(?P<port>[0-9]{{1,5}}))?(?:/[!-~]*)?"),
    "http": re.compile(rf"http://{_LOOPBACK}(?::(?P<port>[0-9]{{1,5}}))?(?:/[!-~]*)?"),
    "smtp+tls": re.compile(rf"smtp\+tls://{_HOST}{_MAIL}"),
    "smtps": re.compile(rf"smtps://{_HOST}{_MAIL}"),
    "smtp": re.compile(rf"smtp://{_LOOPBACK}{_MAIL}"),
}
_SYSLOG, _HTTP, _TLS = ("syslog+tcp", "syslog+tls"), ("http", "https"), ("syslog+tls", "https", "smtp+tls", "smtps")
_MAILS = ("smtp+tls", "smtps", "smtp")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_SECRET_IN_QUERY = re.compile(
    r"[?&][^=&]*(?:token|secret|passw|apikey|api_key|api-key|signature)[^=&]*=", re.IGNORECASE
)
WHERE = (
    "Write file:PATH, syslog+tcp://HOST:PORT, syslog+tls://HOST:PORT, https://HOST/PATH or "
    "smtp+tls://HOST:587?from=BOX&to=BOX; http:// and smtp:// only to this machine."
)
KEEP = "Keep it in the key store (`nameplate key put NAME`) and name it: `auth: {credential: NAME}`."


def read_sink(fields: Fields, ident: str, _site: str) -> Sink:
    """A sink."""
    form = fields.choice("format", {name: name for name in FORMATS}, "ocsf", required=True)
    scheme, to = _target(fields)
    sink = Sink(
        ident,
        form,
        to,
        fields.choice("events", {name: name for name in EVENTS}, ALL),
        fields.choice("preset", {name: name for name in PRESETS}, ""),
        _tls(fields.section("tls")),
        _auth(fields.section("auth")),
        _secrets(fields),
        fields.flag("gzip"),
    )
    if scheme:
        _fits(fields, scheme, sink)
    return sink


def _target(fields: Fields) -> tuple[str, str]:
    """Scheme and target; no scheme when it cannot work. What is refused is not repeated: it may hold a secret."""
    to = fields.text("to", required=True, limit=2048)
    scheme, pattern = next(((name, each) for name, each in _TARGETS.items() if to.startswith(f"{name}:")), ("", None))
    matched = pattern.fullmatch(to) if pattern else None
    if (
        to
        and scheme != "file"
        and ("@" in re.split(r"[/?#]", to.partition("://")[2])[0] or _SECRET_IN_QUERY.search(to))
    ):
        fields.fail("to", "A target must hold no user, password or token.", KEEP)
    elif to and (matched is None or not 0 < int(matched.groupdict().get("port") or 1) < 65_536):
        fields.fail("to", "This target is not possible.", WHERE)
    else:
        return scheme, to
    return "", ""


def _tls(fields: Fields | None) -> Tls:
    if fields is None:
        return Tls()
    tls = Tls(fields.text("ca", limit=4096), fields.text("cert", limit=4096), _credential(fields, "key"))
    if bool(tls.cert) != bool(tls.key):
        fields.fail(
            "", "A certificate and its key belong together.", "Give both `cert` (a file) and `key` (a credential)."
        )
    fields.done()
    return tls


def _auth(fields: Fields | None) -> Auth:
    if fields is None:
        return Auth()
    auth = Auth(_credential(fields, "credential", required=True), fields.text("user"), fields.text("header"))
    if auth.header and not _HEADER.fullmatch(auth.header):
        fields.fail("header", "This cannot be the name of a header.", "Write it as in X-Api-Key.")
    if auth.header and auth.user:
        fields.fail("header", "A header and a user do not go together.", "Leave one out.")
    fields.done()
    return auth


def _credential(fields: Fields, key: str, *, required: bool = False) -> str:
    return _key_name(fields, key, fields.text(key, required=required))


def _secrets(fields: Fields) -> tuple[str, ...]:
    return tuple(_key_name(fields, "secrets", name) for name in fields.texts("secrets", limit=MAX_SECRETS))


def _key_name(fields: Fields, key: str, name: str) -> str:
    """Not repeated when it cannot be a name: somebody may have written the secret there."""
    if name and not is_key_name(name):
        fields.fail(key, "This is not a name in the key store.", "Use the name given to `nameplate key put NAME`.")
    return name


def _fits(fields: Fields, scheme: str, sink: Sink) -> None:
    """What does not go together is refused here: at run time nobody would look."""
    possible = _formats(scheme, sink)
    if sink.format not in possible:
        fields.fail("format", f"{sink.format!r} does not go over {scheme} like this.", f"Use {' or '.join(possible)}.")
    if "?header=3164" in sink.to and scheme in _SYSLOG and sink.format != "cef":
        fields.fail("to", "The old syslog header is for `format: cef` only.", "Leave `?header=3164` out.")
    belongs = {
        "preset": (bool(sink.preset), _HTTP),
        "gzip": (sink.gzip, _HTTP),
        "auth": (sink.auth != Auth(), (*_HTTP, *_MAILS)),
        "tls": (sink.tls != Tls(), _TLS),
    }
    for key, (given, schemes) in belongs.items():
        if given and scheme not in schemes:
            fields.fail(key, f"This has no meaning for {scheme}.", f"Leave it out; it is for {', '.join(schemes)}.")
    if bool(sink.secrets) != (sink.preset == "webhook"):
        fields.fail("secrets", "`secrets` and `preset: webhook` belong together.", "Give both, or neither.")
    if sink.gzip and sink.preset == "webhook":
        fields.fail("gzip", "A webhook is signed as it is sent.", "Leave `gzip` out.")
    if sink.format == OTLP and sink.events != ALL:
        fields.fail("events", "Spans are made of decisions and searches, none of findings.", "Leave `events` out.")
    if scheme in _MAILS and sink.auth.credential and not sink.auth.user:
        fields.fail("auth", "A mail server wants a user too.", "Add `user:`.")


def _formats(scheme: str, sink: Sink) -> tuple[str, ...]:
    if scheme in _MAILS:
        return ("text",)
    if sink.preset not in ("", "plain"):
        return JSON_FORMATS
    return (*LINE_FORMATS, OTLP) if scheme in _HTTP and not sink.preset else LINE_FORMATS


def write_sink(sink: Sink) -> dict[str, object]:
    """The inverse of `read_sink`."""
    tls = {"ca": sink.tls.ca, "cert": sink.tls.cert, "key": sink.tls.key}
    auth = {"credential": sink.auth.credential, "user": sink.auth.user, "header": sink.auth.header}
    return {
        "format": sink.format,
        "to": sink.to,
        "events": "" if sink.events == ALL else sink.events,
        "preset": sink.preset,
        "tls": {name: value for name, value in tls.items() if value},
        "auth": {name: value for name, value in auth.items() if value},
        "secrets": list(sink.secrets),
        "gzip": sink.gzip,
    }
