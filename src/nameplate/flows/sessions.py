"""Persons who are signed in: from the first proof until they sign out, are idle, or not wanted any more."""

import hashlib
import secrets
from collections.abc import Callable

from nameplate.domain.people import Session
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.ledger import Ledger

TOKEN = "nps_"  # noqa: S105 - how all of them begin
MAX_EACH = 20
"""Sessions of one person at once: the oldest ends for a new one."""


class Sessions:
    """Owned by one event loop. `clock`: microseconds since the epoch, UTC; `idle_us`, `life_us`: how long one lasts.

    When one was last used is not on record. After a start, only when it began and was last proved is known.
    """

    def __init__(
        self, registry: Registry, ledger: Ledger, clock: Callable[[], int], idle_us: int, life_us: int
    ) -> None:
        self._registry, self._ledger, self.clock = registry, ledger, clock
        self.idle_us, self._life = idle_us, life_us
        self._used: dict[str, int] = {}

    async def begin(self, person: str, client: str, by: str, more: dict[str, str] | None = None) -> str:
        """Sign somebody in; returns the token, of which only the hash is kept. `by`: what they proved it with."""
        theirs = sorted((each.since, each.id) for each in self._of(person))
        for _, oldest in theirs[: max(0, len(theirs) - MAX_EACH + 1)]:
            await self.end(oldest, person, "too many")
        token = TOKEN + secrets.token_urlsafe(32)
        until = rfc3339(self.clock() + self._life)
        record = {"kind": "session_started", "session": _digest(token), "person": person, "client": client}
        await self._ledger.commit(record | {"until": until, "by": by, **(more or {})})
        return token

    def find(self, token: str) -> Session | None:
        """Whose session a token is, and that it was used. Looked up by hash: how long that takes tells nothing."""
        session = self._registry.sessions.get(_digest(token)) if token.startswith(TOKEN) else None
        if session is None:
            return None
        now = self.clock()
        if session.until <= now or self._last(session) + self.idle_us <= now:
            self._ledger.note(_ended(session, "system", "over"))
            self._used.pop(session.id, None)
            return None
        self._used[session.id] = now
        return session

    def holds(self, ident: str) -> bool:
        """Whether somebody is signed in by that session now; that is no use of it."""
        session = self._registry.sessions.get(ident)
        now = self.clock()
        return session is not None and now < min(session.until, self._last(session) + self.idle_us)

    async def end(self, ident: str, by: str, reason: str) -> bool:
        """Sign one session out, at once; whether there was one."""
        session = self._registry.sessions.get(ident)
        self._used.pop(ident, None)
        if session is None:
            return False
        await self._ledger.enforce(_ended(session, by, reason))
        return True

    async def end_all(self, person: str, by: str, reason: str) -> int:
        """Sign somebody out everywhere; how many sessions that were."""
        ended = [await self.end(each.id, by, reason) for each in self._of(person)]
        return sum(ended)

    async def end_upstream(self, person: str, subject: str, upstream: str, by: str, reason: str) -> int:
        """Sign out whoever has signed out at a provider; how many sessions that were.

        With `upstream` the sessions that came of that one there; where it is not known of a session of `subject`, that
        one too. Without it all of `person`, and of whoever `subject` has signed in as.
        """
        known = list(self._registry.sessions.values())
        if upstream:
            ending = [each for each in known if _came_of(each, subject, upstream)]
        else:
            people = {person} | {each.person for each in known if subject and each.subject == subject}
            ending = [each for each in known if each.person in people]
        ended = [await self.end(each.id, by, reason) for each in ending]
        return sum(ended)

    def _of(self, person: str) -> list[Session]:
        return [each for each in self._registry.sessions.values() if each.person == person]

    def _last(self, session: Session) -> int:
        return max(self._used.get(session.id, 0), session.since, session.proved_at)


def _came_of(session: Session, subject: str, upstream: str) -> bool:
    if subject and session.subject != subject:
        return False
    return session.upstream == upstream or bool(subject and not session.upstream)


def _ended(session: Session, by: str, reason: str) -> dict[str, str]:
    return {"kind": "session_ended", "session": session.id, "person": session.person, "by": by, "reason": reason}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
