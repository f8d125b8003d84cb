"""Where events go, as declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .outcomes import Happening

ALL, FINDINGS, ALARMS = "all", "findings", "alarms"
TEST = "sink_test"
EVIDENCE = frozenset({"checkpoint", "node_key"})
"""What an outsider holds the journal against: it goes to every sink, whatever that has asked for."""
MAIL = "smtp"
OTLP = "otlp"
"""The format of spans, which has an HTTP body of its own."""
_FINDINGS = frozenset({"finding", "journal_cut", "alarm"})
_TROUBLES = frozenset(
    {
        Happening.DOOR_FORCED,
        Happening.DOOR_HELD,
        Happening.TAMPER,
        Happening.SECURE_CHANNEL_LOST,
        Happening.REPORTS_LOST,
    }
)


@dataclass(frozen=True, slots=True)
class Tls:
    """How a sink's TLS is set up; each field may be empty.

    `ca`: file of the certificates to trust in place of the system's. `cert`: file of our certificate and its chain.
    `key`: the credential that holds its private key (PEM).
    """

    ca: str = ""
    cert: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Auth:
    """How we show who we are. `credential` names the secret in the key store; the secret itself is never declared.

    With `user` it is a password, with `header` the value of that HTTP header, else a bearer token.
    """

    credential: str = ""
    user: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class Sink:
    """Where events go: what (`events`, `format`) and how (`to` and the rest).

    `preset`: how an HTTP receiver wants them. `secrets`: credentials that sign webhooks, two while one is replaced.
    """

    id: str
    format: str
    to: str
    events: str = ALL
    preset: str = ""
    tls: Tls = Tls()
    auth: Auth = Auth()
    secrets: tuple[str, ...] = ()
    gzip: bool = False

    @property
    def credentials(self) -> tuple[str, ...]:
        """Names of the credentials that this sink may be given, and no others."""
        return tuple(dict.fromkeys(name for name in (self.tls.key, self.auth.credential, *self.secrets) if name))


def wants(sink: Sink, record: Mapping[str, Any]) -> bool:
    """Whether the events of a record go to this sink. A test goes to the one that it is for, whatever else it wants.

    People read mail: of the checkpoints they get the first of a day.
    """
    kind = record.get("kind")
    if kind in EVIDENCE:
        return kind != "checkpoint" or not sink.to.startswith(MAIL) or record.get("daily") is True
    if kind == TEST:
        return record.get("sink") == sink.id
    if sink.events == ALARMS:
        return kind == "alarm"
    return sink.events == ALL or kind in _FINDINGS or (kind == "outcome" and record.get("happening") in _TROUBLES)
