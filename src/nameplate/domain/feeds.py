"""What an existing panel tells of itself: feeds as declared, and the events that come out of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PanelSaid(StrEnum):
    """What a panel did."""

    GRANTED = "granted"
    REFUSED = "refused"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class FeedTls:
    """Who may speak over TLS. `ca`: file of the certificates that sign theirs (PEM). `peers`: names, one of which must
    stand in theirs.
    """

    ca: str
    peers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a panel's events come from, and what its words mean.

    `source`: `csv:PATH`, `syslog+udp://HOST:PORT`, `syslog+tcp://HOST:PORT`, `syslog+tls://HOST:PORT` or `webhook`.
    `fields`: for `time`, `door`, `card` and `event` the name of the column or field. `doors`: our door by the panel's
    name for it. `words`: what the panel writes, by what it means. `watch`: doors that only units pass. `within_s`: how
    long before or after a card was presented the panel's event about it may lie. `secrets`: credentials that its
    webhooks are signed with, two while one is being replaced. `tls`: for `syslog+tls` alone, and always there.
    """

    id: str
    site: str
    source: str
    fields: Mapping[str, str]
    doors: Mapping[str, str]
    words: Mapping[str, PanelSaid]
    watch: tuple[str, ...] = ()
    within_s: float = 30.0
    secrets: tuple[str, ...] = ()
    tls: FeedTls | None = None


@dataclass(frozen=True, slots=True)
class PanelEvent:
    """One thing that a panel tells. `card` as the panel writes it, never shown; `at`: microseconds, 0 when unknown."""

    feed: str
    door: str
    said: PanelSaid
    at: int = 0
    card: str = field(default="", repr=False)
