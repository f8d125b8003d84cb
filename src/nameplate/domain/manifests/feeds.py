"""Feeds of panels' events."""

import re
from collections.abc import Mapping

from nameplate.domain.feeds import Feed, FeedTls, PanelSaid
from nameplate.domain.names import is_id, is_key_name

from .fields import Fields
from .lines import read_target
from .quantities import format_seconds, parse_seconds

FIELDS = ("time", "door", "card", "event")
MAX_DOORS = 1_000
MAX_SECRETS = 2
MAX_PEERS = 100
_HERE = r"127\.[0-9.]+|localhost|\[::1\]"
_HOST = r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]"
_SOURCE = re.compile(
    rf"csv:/\S.*|webhook|syslog\+(?:(?:udp|tcp)://(?:{_HERE})|tls://(?:{_HOST})):(?P<port>[0-9]{{1,5}})"
)
_PLAIN = ("syslog+udp:", "syslog+tcp:")
_PEER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+")
WHERE = "Write csv:/PATH, syslog+udp://127.0.0.1:PORT, syslog+tcp://127.0.0.1:PORT, syslog+tls://HOST:PORT or webhook."
RELAY = (
    "In the clear, where anybody on the way could forge it, syslog is heard on this machine only "
    "(syslog+tcp://127.0.0.1:PORT). From beyond write syslog+tls://HOST:PORT with `tls: {ca, peers}`, or let a relay "
    "beside the panel speak TLS."
)
_USUAL_S = 30.0


def read_feed(fields: Fields, ident: str, site: str) -> Feed:
    """A feed."""
    own_site = fields.name("site") or site
    source = _source(fields)
    names = fields.section("fields") or Fields({}, fields.problems, fields.at("fields"))
    columns = {name: names.text(name) or name for name in FIELDS}
    names.done()
    words = {word: said for said in PanelSaid for word in fields.texts(str(said), limit=50) or (str(said),)}
    within = fields.quantity("within", parse_seconds, "a time such as 30s")
    watch, secrets, tls = fields.texts("watch"), _secrets(fields, source), _tls(fields, source)
    return Feed(ident, own_site, source, columns, _doors(fields), words, watch, within or _USUAL_S, secrets, tls)


def _source(fields: Fields) -> str:
    to = fields.source.get("to")
    return read_target(fields, _SOURCE, RELAY if isinstance(to, str) and to.startswith(_PLAIN) else WHERE)


def _tls(fields: Fields, source: str) -> FeedTls | None:
    """Who may speak: required where others can, and without meaning elsewhere."""
    is_wanted = source.startswith("syslog+tls:")
    given = fields.section("tls", required=is_wanted)
    if given is None:
        return None
    if not is_wanted:
        fields.fail("tls", "It has no meaning here.", "Leave it out, or write `to: syslog+tls://HOST:PORT`.")
    tls = FeedTls(given.text("ca", required=True, limit=4096), given.texts("peers", required=True, limit=MAX_PEERS))
    for position, name in enumerate(tls.peers):
        if not _PEER.fullmatch(name):
            remedy = "Write a host name or an address as it stands in the certificate; no wildcard."
            given.fail(f"peers[{position}]", "This is no name of a peer.", remedy)
    given.done()
    return tls


def _secrets(fields: Fields, source: str) -> tuple[str, ...]:
    names = fields.texts("secrets", limit=MAX_SECRETS)
    for position, name in enumerate(names):
        if not is_key_name(name):
            remedy = "Use letters, digits, `.`, `_`, `-`, and `/` between: the name given to `nameplate key put`."
            fields.fail(f"secrets[{position}]", "This is not a name in the key store.", remedy)
    if names and source != "webhook":
        fields.fail("secrets", "Only webhooks are signed.", "Leave it out, or write `to: webhook`.")
    return names


_DOORS_REMEDY = "Write `doors: {name at the panel: id of the door}`."


def _doors(fields: Fields) -> Mapping[str, str]:
    value = fields.take("doors", required=True)
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not 0 < len(value) <= MAX_DOORS:
        fields.fail("doors", "This is not a mapping to doors.", _DOORS_REMEDY)
        return {}
    for name, door in value.items():
        if not isinstance(door, str) or not is_id(door):
            fields.fail(f"doors.{name}", "This is not the id of a door.", _DOORS_REMEDY)
    return {str(name): str(door) for name, door in value.items()}


def write_feed(feed: Feed) -> dict[str, object]:
    """The inverse of `read_feed`."""
    said = {str(each): [word for word, means in feed.words.items() if means is each] for each in PanelSaid}
    return {
        "site": feed.site,
        "to": feed.source,
        "fields": {name: column for name, column in feed.fields.items() if column != name},
        "doors": dict(feed.doors),
        **{name: words for name, words in said.items() if words != [name]},
        "watch": list(feed.watch),
        "secrets": list(feed.secrets),
        "tls": {"ca": feed.tls.ca, "peers": list(feed.tls.peers)} if feed.tls else None,
        "within": None if feed.within_s == _USUAL_S else format_seconds(feed.within_s),
    }
