"""What clients, users and admin events mean: pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from nameplate.domain.names import is_id
from nameplate.domain.notices import ActorNotice, PersonNotice, Status

from .settings import Settings
from .wire import AdminEvent, Client, Signals, User

CLIENTS, USERS = "clients", "users"
_ACCOUNT, _WORD = "service-account-", re.compile("(?<!^)(?=[A-Z])")
ACCOUNT_DISABLED, SHOWN = "account-disabled", 10


class Touched(NamedTuple):
    """What an admin event was about: a client or a user, and when (microseconds, UTC)."""

    kind: str
    id: str
    at: int


def touched(event: AdminEvent) -> Touched | None:
    """Whom an event can have changed; None for what is neither client nor user. `users/ID/groups/GROUP` is the user."""
    kind, _, rest = event.path.partition("/")
    ident = rest.partition("/")[0]
    return Touched(kind, ident, event.time * 1000) if kind in {CLIENTS, USERS} and ident else None


def client_of(user: User) -> str:
    """The client id behind a service account, empty for any other user. Only lists of users tell it by itself."""
    return user.service_account_of or (
        user.username.removeprefix(_ACCOUNT) if user.username.startswith(_ACCOUNT) else ""
    )


def of_client(settings: Settings, client: Client, account: User | None, decided_at: int = 0) -> ActorNotice | None:
    """A client acts through its service account: either of the two can be disabled. None for one that cannot act."""
    if not client.service_accounts or not is_id(client.client_id):
        return None
    active = client.enabled and (account is None or account.enabled)
    return ActorNotice(settings.bridge, client.id, client.client_id, _status(active=active), decided_at=decided_at)


def of_user(settings: Settings, user: User, decided_at: int = 0) -> ActorNotice | None:
    """A user who stands for an actor; None for a person."""
    name = next(iter(user.attributes.get(settings.actor_attribute, [])), "") if settings.actor_attribute else ""
    if not is_id(name):
        return None
    return ActorNotice(settings.bridge, user.id, name, _status(active=user.enabled), decided_at=decided_at)


def of_person(settings: Settings, user: User, groups: Iterable[str], decided_at: int = 0) -> PersonNotice:
    """A user who is a person. Of their groups those count that mean something here."""
    meant = tuple(sorted(set(groups) & settings.groups))
    return PersonNotice(
        settings.bridge,
        user.id,
        _status(active=user.enabled),
        addresses=(user.email,) if user.email else (),
        groups=meant,
        decided_at=decided_at,
        name=f"{user.first} {user.last}".strip() or user.username,
    )


def gone_actor(settings: Settings, key: str, decided_at: int = 0) -> ActorNotice:
    """What is there no more, or what we may see no more: the two cannot be told apart, so it can return."""
    return ActorNotice(settings.bridge, key, status=Status.DISABLED, reason="gone", decided_at=decided_at)


def gone_person(settings: Settings, key: str, decided_at: int = 0) -> PersonNotice:
    """A user who is there no more."""
    return PersonNotice(settings.bridge, key, Status.DISABLED, reason="gone", decided_at=decided_at)


def signals_told(signals: Signals | None) -> str:
    """What shared signals of the realm are good for, in words: a realm may tell of sessions and of no account."""
    if signals is None:
        return "none: the realm tells none"
    names = sorted({_event(each) for each in signals.told})
    said = ", ".join(names[:SHOWN]) or "nothing"
    if ACCOUNT_DISABLED in names:
        return f"{said}: a bridge of type ssf beside this one hears of accounts"
    return f"{said}: not of accounts, which are heard of here alone"


def _event(named: str) -> str:
    """`session-revoked`, for its URI as for Keycloak's own name of it, `CaepSessionRevoked`."""
    last = named.rpartition("/")[2].removeprefix("Caep").removeprefix("Risc")
    return _WORD.sub("-", last).lower()


def _status(*, active: bool) -> Status:
    return Status.ACTIVE if active else Status.DISABLED
