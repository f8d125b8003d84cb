"""What actors and teams are called here, out of what others call them. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from nameplate.domain.names import is_id

LONGEST = 80
_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\[[0-9A-Fa-f:.]+\]")
_NO_REFERENCE = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~:/?@!$&'()*+,;=%-]")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def folded(text: str) -> str:
    """The form in which names are compared that are not case-exact (RFC 7643, section 2.2)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def actor_names(told: Iterable[str | None], ident: str) -> Iterator[str]:
    """Ids that an actor could have, best first; the last is free. No mail address becomes one."""
    names = [text for text in told if text]
    yield from (text for text in names if is_id(text) and "@" not in text)
    stem = next((found for text in names if (found := _slug(text.partition("@")[0]))), "actor")
    yield f"{stem}-{ident[:8]}"
    yield f"{stem[:LONGEST]}-{ident}"


def team_id(name: str) -> str:
    """The id of the team of that name; empty for a mail address, which is no team."""
    if "@" in name or not name.strip():
        return ""
    if is_id(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_slug(name) or 'team'}-{digest}"


def reference(text: str) -> str:
    """What somebody has called a reference, as one (RFC 3986): whatever cannot stand in it is percent-encoded."""
    host = _HOST.match(text)
    begin = host.end() if host else 0
    return text[:begin] + _NO_REFERENCE.sub(lambda odd: quote(odd[0], safe="", errors="replace"), text[begin:])


def governed_key(issuer: str, subject: str) -> str:
    """By which a governed agent is known for ever, also when its resource is gone."""
    return hashlib.sha256(f"{issuer}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNFIT.sub("-", plain).strip("-._").lower()[:LONGEST]
