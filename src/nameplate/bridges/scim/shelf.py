"""Resources as they lie in the directory, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from scim2_models import Meta, Resource, ScimProvider

from nameplate.ports.directory import Entry

from . import mapping
from .schemas import ACTOR

_NOT_KEPT = ("id", "meta", "password", "groups")
"""What stands beside the body, what is never kept, and what follows from elsewhere."""


@dataclass(slots=True)
class Change:
    """One resource that changes. `before`: as it lies there, None for a new one; `resource`: None where it goes.

    The rest is found on the way into force. `state`: of the actor, empty where nobody asked.
    """

    kind: str
    before: Entry | None
    resource: Resource[Any] | None
    after: Entry | None = None
    documents: list[dict[str, object]] = field(default_factory=list)
    refused: Exception | None = None
    state: str = ""


class Shelf:
    """Makes entries of resources and resources of entries. `clock`: microseconds since the epoch, UTC."""

    def __init__(self, provider: ScimProvider, bridge: str, clock: Callable[[], int]) -> None:
        self._provider, self._bridge, self._clock = provider, bridge, clock
        self._types = {str(each.name): each for each in provider.resource_types}

    def model(self, kind: str) -> type[Resource[Any]]:
        """The model of a kind."""
        return cast("type[Resource[Any]]", self._provider.model_for(self._types[kind]))

    def resource(self, entry: Entry) -> Resource[Any]:
        """The resource of an entry, without what others have to say of it."""
        found = self.model(entry.kind).model_validate({**entry.body, "id": entry.id})
        found.meta = Meta(
            resource_type=entry.kind,
            created=_moment(entry.created),
            last_modified=_moment(entry.modified),
            version=version_of(entry),
        )
        return found

    def entry(self, change: Change, ident: str) -> Entry:
        """The entry of what a resource becomes."""
        resource, before = cast("Resource[Any]", change.resource), change.before
        now = self._clock()
        body: Mapping[str, Any] = {k: v for k, v in resource.model_dump().items() if k not in _NOT_KEPT}
        members = tuple(each.value for each in getattr(resource, "members", None) or () if each.value)
        kept = {"body": _plain(body), "modified": now, "members": members}
        found = tuple(mapping.lookups(change.kind, resource))
        if before is not None:
            key = mapping.key_of(change.kind, resource, before.id) if change.kind == mapping.USER else before.key
            return replace(before, version=before.version + 1, key=key, lookups=found, **cast("Any", kept))
        key = mapping.key_of(change.kind, resource, ident)
        return Entry(self._bridge, change.kind, ident, key=key, created=now, lookups=found, **cast("Any", kept))


def version_of(entry: Entry) -> str:
    """Its entity tag."""
    return f'W/"{entry.version}-{entry.modified:x}"'


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, tz=UTC)


def _plain(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what is only computed of our extension."""
    own = body.get(ACTOR)
    if own is None:
        return body
    told = {name: value for name, value in own.items() if name not in {"actor", "state", "cutOff", "notInForce"}}
    return {**body, ACTOR: told}
