"""The admin API of one realm. Called in threads; TLS is verified, redirects are not followed."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode

import urllib3

from nameplate.domain.errors import Unavailable

from .settings import Settings
from .wire import AdminEvent, Client, Garbled, Group, Realm, Signals, Token, User, read, read_list

T = TypeVar("T")
PAGE = 200
MAX_ANSWER = 64 * 1024 * 1024
CONNECT_S, READ_S = 5.0, 20.0
EARLY_S = 10.0


class Api:
    """Raises Unavailable when the realm does not answer, or not as it must. What it says never holds the secret."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = urllib3.PoolManager(
            ssl_context=settings.context,
            timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S),
            retries=False,
            maxsize=2,
        )
        self._token, self._until = "", 0.0

    def realm(self) -> Realm:
        """The realm."""
        return self._one("", Realm)

    def signals(self) -> Signals | None:
        """What the realm tells by shared signals; None where it tells none, or in a way that we do not understand."""
        status, body = self._get("ssf/config")
        try:
            return read(body, Signals) if status == 200 else None
        except Garbled:
            # An experiment of theirs: nothing that we do rests on it.
            return None

    def clients(self) -> Iterator[list[Client]]:
        """All clients, page by page."""
        return self._pages("clients", Client)

    def users(self) -> Iterator[list[User]]:
        """All users, page by page."""
        return self._pages("users", User, briefRepresentation="false")

    def client(self, ident: str) -> Client | None:
        """One client; None if there is none."""
        return self._maybe(f"clients/{quote(ident, safe='')}", Client)

    def user(self, ident: str) -> User | None:
        """One user; None if there is none."""
        return self._maybe(f"users/{quote(ident, safe='')}", User)

    def account(self, client: str) -> User | None:
        """The service account of a client; None if there is none."""
        return self._maybe(f"clients/{quote(client, safe='')}/service-account-user", User)

    def groups_of(self, user: str) -> list[str]:
        """The names of the groups of a user."""
        found = self._list(f"users/{quote(user, safe='')}/groups", Group, {"max": str(PAGE)})
        return [group.name for group in found]

    def groups(self) -> list[Group]:
        """All groups, those within others too."""
        return list(_flat(group for page in self._pages("groups", Group) for group in page))

    def members(self, group: str) -> Iterator[list[User]]:
        """The users in a group, page by page."""
        return self._pages(f"groups/{quote(group, safe='')}/members", User, briefRepresentation="true")

    def events(self, first: int, count: int) -> list[AdminEvent]:
        """Admin events, the newest first."""
        return self._list("admin-events", AdminEvent, {"first": str(first), "max": str(count)})

    def _pages(self, path: str, kind: type[T], **query: str) -> Iterator[list[T]]:
        first = 0
        while True:
            page = self._list(path, kind, {**query, "first": str(first), "max": str(PAGE)})
            if page:
                yield page
            if len(page) < PAGE:
                return
            first += PAGE

    def _list(self, path: str, kind: type[T], query: Mapping[str, str]) -> list[T]:
        status, body = self._get(f"{path}?{urlencode(query)}")
        if status != 200:
            raise _refused(status, path)
        return _sense(lambda: read_list(body, kind))

    def _one(self, path: str, kind: type[T]) -> T:
        status, body = self._get(path)
        if status != 200:
            raise _refused(status, path or "the realm")
        return _sense(lambda: read(body, kind))

    def _maybe(self, path: str, kind: type[T]) -> T | None:
        status, body = self._get(path)
        if status == 404:
            return None
        if status != 200:
            raise _refused(status, path.partition("/")[0])
        return _sense(lambda: read(body, kind))

    def _get(self, path: str) -> tuple[int, bytes]:
        if time.monotonic() >= self._until:
            self._sign_in()
        url = f"{self._settings.url}/admin/realms/{quote(self._settings.realm, safe='')}/{path}".rstrip("/")
        status, body = self._ask("GET", url, {"authorization": f"Bearer {self._token}"})
        if status == 401:
            # It may have been signed out, or the realm's keys were exchanged: the next look signs in anew.
            self._until = 0.0
        return status, body

    def _sign_in(self) -> None:
        realm = quote(self._settings.realm, safe="")
        url = f"{self._settings.url}/realms/{realm}/protocol/openid-connect/token"
        form = {"grant_type": "client_credentials", "client_id": self._settings.client}
        body = urlencode(form | {"client_secret": self._settings.secret}).encode()
        kind = {"content-type": "application/x-www-form-urlencoded"}
        status, answer = self._ask("POST", url, kind, body)
        if status != 200:
            text = f"Keycloak does not sign in the client {self._settings.client} ({status})."
            raise Unavailable("keycloak", text, "Check the client, its service account and its secret.")
        token = _sense(lambda: read(answer, Token))
        self._token, self._until = token.access_token, time.monotonic() + max(1.0, token.expires_in - EARLY_S)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, bytes]:
        try:
            answer = self._pool.request(
                method, url, body=body, headers=dict(headers), redirect=False, preload_content=False
            )
            try:
                told = answer.read(MAX_ANSWER + 1)
            finally:
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            text = f"Keycloak does not answer at {self._settings.url} ({type(error).__name__})."
            raise Unavailable("keycloak", text, "Check the address, its certificate, and that it runs.") from None
        if len(told) > MAX_ANSWER:
            raise Unavailable("keycloak", f"Keycloak answers with more than {MAX_ANSWER} bytes.")
        return answer.status, told


def _flat(groups: Iterable[Group]) -> Iterator[Group]:
    for group in groups:
        yield group
        yield from _flat(group.subgroups)


def _sense(reading: Callable[[], T]) -> T:
    try:
        return reading()
    except Garbled as error:
        raise Unavailable("keycloak", f"Keycloak answers, but {error}.", "Is this the address of Keycloak?") from None


def _refused(status: int, what: str) -> Unavailable:
    if status in {401, 403}:
        text = f"Keycloak does not let us read {what.partition('?')[0]} ({status})."
        remedy = "Give the service account view-realm, view-clients, view-users and view-events of realm-management."
        return Unavailable("keycloak", text, remedy)
    return Unavailable("keycloak", f"Keycloak answers {status} for {what.partition('?')[0]}.", "See its log.")
