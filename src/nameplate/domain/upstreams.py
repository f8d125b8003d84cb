"""Who upstream holds which actor: the state behind the notices. A hold is lifted only by the one who placed it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import Conflict
from .notices import ActorNotice, Status
from .timestamps import moment


@dataclass(frozen=True, slots=True)
class Upstream:
    """The last that `bridge` said of the subject `key`. `actor`: the one it means, who need not be there yet.

    `cut_off`, `valid_until`: see `ActorNotice`; 0 if it never named one.
    """

    bridge: str
    key: str
    actor: str
    status: Status = Status.ACTIVE
    version: int = -1
    cut_off: int = 0
    at: int = 0
    valid_until: int = 0

    @property
    def id(self) -> str:
        """By which it is kept."""
        return upstream_id(self.bridge, self.key)


def upstream_id(bridge: str, key: str) -> str:
    """No bridge has a slash in its name."""
    return f"{bridge}/{key}"


@dataclass(slots=True)
class UpstreamBook:
    """All of them by id, and the ids by actor."""

    by_id: dict[str, Upstream] = field(default_factory=dict)
    _by_actor: dict[str, set[str]] = field(default_factory=dict)

    def put(self, upstream: Upstream) -> None:
        """Keep it, in the place of what was said before."""
        former = self.by_id.get(upstream.id)
        if former is not None:
            self._by_actor[former.actor].discard(former.id)
        self.by_id[upstream.id] = upstream
        self._by_actor.setdefault(upstream.actor, set()).add(upstream.id)

    def of(self, actor: str) -> Iterator[Upstream]:
        """What all bridges said of an actor, in a fixed order."""
        return (self.by_id[ident] for ident in sorted(self._by_actor.get(actor, ())))

    def holders(self, actor: str) -> tuple[str, ...]:
        """The bridges by whose word the actor must not act."""
        return tuple(dict.fromkeys(each.bridge for each in self.of(actor) if each.status is not Status.ACTIVE))

    def told(self, record: Mapping[str, Any]) -> str:
        """Take in a record of the kind `upstream`; returns the id of what it changed. A cut-off never moves back."""
        bridge, key = str(record["bridge"]), str(record["key"])
        former = self.by_id.get(upstream_id(bridge, key)) or Upstream(bridge, key, "")
        status = Status.RETIRED if former.status is Status.RETIRED else Status(record["status"])
        cut_off, until = (moment(record[name]) if record.get(name) else 0 for name in ("cut_off", "valid_until"))
        version = max(former.version, int(record.get("version", -1)))
        actor = str(record["actor"]) or former.actor
        cut_off = max(former.cut_off, cut_off)
        self.put(Upstream(bridge, key, actor, status, version, cut_off, moment(record["at"]), until))
        return upstream_id(bridge, key)


def next_upstream(former: Upstream | None, notice: ActorNotice) -> Upstream | None:
    """What a notice makes of the former word; None where it says nothing new. Raises Conflict.

    The rules are those of draft-mcguinness-oauth-governed-agent-lifecycle: an older version is refused, the same one
    with another content too; retired is final.
    """
    before = former or Upstream(notice.bridge, notice.key, notice.name)
    status, cut_off = notice.status or before.status, max(before.cut_off, notice.cut_off or 0)
    version = before.version if notice.version is None else notice.version
    if version < before.version:
        raise Conflict("version", f"Version {version} is older than {before.version}.", "Send what holds now.")
    until = before.valid_until if notice.valid_until is None else notice.valid_until
    after = Upstream(before.bridge, before.key, notice.name or before.actor, status, version, cut_off, before.at, until)
    if former is not None and after == before:
        return None
    if before.status is Status.RETIRED and status is not Status.RETIRED:
        raise Conflict("retired", f"{before.actor or before.key} is retired, which is final.", "Declare a new actor.")
    if former is not None and notice.version is not None and version == before.version:
        raise Conflict("version", f"Version {version} was said before, with another content.", "Raise the version.")
    return after
