"""Who calls: the kernel says it on the control socket, a token anywhere else. Nobody says it of themselves."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nameplate.domain.bridges import Role
from nameplate.domain.people import Session, roles_of
from nameplate.domain.registry import Registry
from nameplate.flows.sessions import Sessions

from .replies import HttpError, Scope, header

COOKIE = "__Host-nameplate"
OTHER = f"{COOKIE}-oidc"
"""The cookie of a sign-in that is under way."""
SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Caller:
    """`name`: as it goes on record. `session`: of a person who is signed in; `cookie`: known by a cookie.

    `approved`: nobody calls now; it is what the persons in `name` have approved.
    """

    name: str
    uid: int | None = None
    session: Session | None = None
    roles: frozenset[Role] = frozenset()
    cookie: bool = False
    approved: bool = False

    @property
    def person(self) -> str:
        """The person's id, empty for anybody else."""
        return self.session.person if self.session else ""


ANONYMOUS = Caller("anonymous")


class Callers:
    """`bridge`: whose token a request bears, empty if none. `origin`: see `ports.passkeys.Site`."""

    def __init__(
        self, registry: Registry, sessions: Sessions, bridge: Callable[[Scope], str], origin: Callable[[], str]
    ) -> None:
        self._registry, self._sessions, self._bridge, self._origin = registry, sessions, bridge, origin

    def of(self, scope: Scope) -> Caller:
        """The caller of a request; raises HttpError 403 where somebody lets a person's browser ask."""
        uid, bridge = scope.get("state", {}).get("uid"), self._bridge(scope)
        if bridge:
            return Caller(f"bridge:{bridge}", uid)
        if uid is not None:
            return Caller(f"uid:{uid}", uid)
        bearer, cookie = bearer_token(scope), cookie_token(scope)
        session = self._sessions.find(bearer or cookie) if bearer or cookie else None
        if session is None:
            return ANONYMOUS
        if not bearer:
            self._require_own_page(scope)
        return self._person(session, cookie=not bearer)

    def _person(self, session: Session, *, cookie: bool) -> Caller:
        roles = roles_of(self._registry.people.get(session.person), self._registry.bridges)
        return Caller(f"person:{session.person}", None, session, roles, cookie)

    def _require_own_page(self, scope: Scope) -> None:
        """What changes something must come from a page of ours (RFC 6454): a cookie alone says not who asks."""
        if scope["method"] in SAFE:
            return
        came_from = header(scope, b"origin").decode("latin-1")
        fetched = header(scope, b"sec-fetch-site")
        if came_from != self._origin() or fetched not in {b"", b"same-origin"}:
            raise HttpError(403, "origin", "This did not come from a page of this server.", f"Open {self._origin()}.")


def is_own_user(uid: int) -> bool:
    """Whether the control socket answers that user."""
    return uid in {0, os.geteuid()}


def bearer_token(scope: Scope) -> str:
    """The session token in `Authorization`, empty where there is none, or another kind."""
    scheme, _, token = header(scope, b"authorization").partition(b" ")
    text = token.strip().decode("latin-1")
    return text if scheme.lower() == b"bearer" and text.startswith("nps_") else ""


def cookie_token(scope: Scope) -> str:
    """The session token in our cookie; nothing where there are two of them."""
    found = [value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie"]
    # As RFC 6265 has it, section 5.4: whatever else a browser keeps for this host cannot hide what is ours.
    pairs = (each.partition("=") for each in ";".join(found).split(";"))
    ours = [value.strip() for name, _, value in pairs if name.strip() == COOKIE]
    return ours[0] if len(ours) == 1 else ""


def session_cookie(token: str, seconds: int) -> tuple[bytes, bytes]:
    """The header that keeps a session in a browser; no seconds: that forgets it.

    Browsers take the name only with Secure, without a domain and for all paths (RFC 6265bis): nobody else can set it.
    """
    text = f"{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={seconds}"
    return b"set-cookie", text.encode()


def caller_in(state: Mapping[str, object]) -> Caller | None:
    """Whom the gate has let in, None where no gate was passed."""
    found = state.get("caller")
    return found if isinstance(found, Caller) else None
