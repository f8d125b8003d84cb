"""What the admin API of Keycloak says, as values. What is not asked for here is passed over; odd bytes are Garbled."""

from types import GenericAlias
from typing import Annotated, Any, TypeVar

import msgspec

T = TypeVar("T")
Text = Annotated[str, msgspec.Meta(max_length=4096)]


class Garbled(Exception):
    """What came makes no sense."""


class Token(msgspec.Struct):
    """An access token, and how many seconds it lives."""

    access_token: Annotated[str, msgspec.Meta(min_length=1, max_length=65_536)]
    expires_in: Annotated[int, msgspec.Meta(ge=0)] = 60

    def __repr__(self) -> str:
        """Without the token."""
        return f"Token(expires_in={self.expires_in})"


class Realm(msgspec.Struct):
    """What it keeps of its administrators' acts."""

    enabled: bool = True
    admin_events: bool = msgspec.field(default=False, name="adminEventsEnabled")


class Signals(msgspec.Struct):
    """Which events of shared signals (SSF) the realm tells by itself, as URIs or by names of its own."""

    told: list[Text] = msgspec.field(default_factory=list, name="nativelyEmittedEvents")


class Client(msgspec.Struct):
    """A client. Only those with a service account act by themselves."""

    id: Text
    client_id: Text = msgspec.field(name="clientId")
    enabled: bool = True
    service_accounts: bool = msgspec.field(default=False, name="serviceAccountsEnabled")


class User(msgspec.Struct):
    """A user: a person, an actor, or the account behind a client."""

    id: Text
    username: Text = ""
    enabled: bool = True
    email: Text = ""
    first: Text = msgspec.field(default="", name="firstName")
    last: Text = msgspec.field(default="", name="lastName")
    service_account_of: Text = msgspec.field(default="", name="serviceAccountClientId")
    attributes: dict[str, list[Text]] = {}


class Group(msgspec.Struct):
    """A group."""

    id: Text
    name: Text = ""
    subgroups: "list[Group]" = msgspec.field(default_factory=list, name="subGroups")


class AdminEvent(msgspec.Struct):
    """What an administrator did. `time`: milliseconds since the epoch. `path`: as in `users/ID`."""

    time: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    id: Text = ""
    operation: Text = msgspec.field(default="", name="operationType")
    resource: Text = msgspec.field(default="", name="resourceType")
    path: Text = msgspec.field(default="", name="resourcePath")


def read(body: bytes, kind: type[T]) -> T:
    """The answer as `kind`; raises Garbled, without quoting it."""
    found: T = _decoded(body, kind)
    return found


def read_list(body: bytes, kind: type[T]) -> list[T]:
    """The answer as a list."""
    found: list[T] = _decoded(body, GenericAlias(list, kind))
    return found


def _decoded(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(_without_null(body), type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Garbled("the answer is not what the admin API promises") from None


def _without_null(body: bytes) -> bytes:
    """Fields that are null are as good as absent."""
    return msgspec.json.encode(_pruned(msgspec.json.decode(body)))


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(each) for name, each in value.items() if each is not None}
    return [_pruned(each) for each in value] if isinstance(value, list) else value
