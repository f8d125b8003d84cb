"""Where scim2-server reads and writes: our directory, through whatever puts a change in force."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Union, cast

from scim2_models import (
    InvalidCursorException,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    ScimFilter,
    SearchRequest,
)
from scim2_server.storage import AsyncScimStorage, SearchPage
from scim2_server.utils import parametrize

from nameplate.domain.bridges import Bridge
from nameplate.ports.directory import Directory, Entry, Membership, Provisions

from . import mapping
from .carrying import Carrier
from .filters import equality
from .finding import Finder
from .grouping import Grouper
from .mapping import GROUP, MACHINES, USER
from .schemas import NameplateActor
from .shelf import Change, Shelf, version_of

WALKED = 100
"""How many are looked through before others get their turn."""


class DirectoryStorage(AsyncScimStorage):
    """The resources of one bridge. Changes run one after the other; see `scim2_server.storage`."""

    supports_cursors = True

    def __init__(
        self,
        bridge: Bridge,
        directory: Directory,
        shelf: Shelf,
        provisions: Provisions,
        carrier: Carrier,
        grouper: Grouper,
    ) -> None:
        self._bridge, self._directory, self._shelf, self._provisions = bridge, directory, shelf, provisions
        self._carrier, self._grouper = carrier, grouper
        self._finder = Finder(bridge, directory, provisions)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def operation(self) -> AsyncIterator[None]:
        """What reads waits for nobody: what writes takes the turn itself, see `changing`."""
        yield

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """While a resource is read, changed and written."""
        async with self._turn:
            yield

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,  # noqa: ARG002 - all of it lies in one place
    ) -> Resource[Any]:
        """See the storage."""
        return self.shown([self.entry(resource_type, resource_id)])[0]

    def entry(self, resource_type: ResourceType, resource_id: str) -> Entry:
        """Raises NotFoundException."""
        found = self._directory.get(self._bridge.id, resource_id)
        if found is None or found.kind != resource_type.name:
            raise NotFoundException(detail=f"There is no {resource_type.name} {resource_id[:100]}")
        return found

    def entries(self, idents: Sequence[str]) -> Mapping[str, Entry]:
        """Those of these ids that there are."""
        return self._directory.several(self._bridge.id, idents)

    async def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """See the storage."""
        return await self._changed(Change(str(resource_type.name), None, resource))

    async def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """See the storage."""
        before = self._expected(resource_type, str(resource.id), expected_version)
        return await self._changed(Change(before.kind, before, resource))

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        """See the storage."""
        before = self._expected(resource_type, resource_id, expected_version)
        outcome = await self._carry_out(Change(before.kind, before, None))
        if isinstance(outcome, SCIMException):
            raise outcome

    async def reassert(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Nothing changes: whoever should be stopped is so afterwards, also where that was lost before."""
        entry = self.entry(resource_type, str(resource.id))
        change = Change(entry.kind, entry, resource, entry)
        if entry.kind in MACHINES or entry.kind == USER:
            await self._carrier.reassert(change)
        return self._told(entry, change.state)

    def with_active(self, entry: Entry, *, active: bool) -> Resource[Any]:
        """The resource of an entry, with that word."""
        resource = self._shelf.resource(entry)
        cast("Any", resource).active = active
        return resource

    async def carry_out(self, changes: Sequence[Change]) -> list[Entry | SCIMException]:
        """Several at once, each of another resource, none of them a group."""
        return await self._carrier.carry_out(changes)

    async def _carry_out(self, change: Change) -> Entry | SCIMException:
        if change.kind == GROUP:
            return await self._grouper.carry_out(change)
        return (await self._carrier.carry_out([change]))[0]

    def _expected(self, resource_type: ResourceType, ident: str, version: str | None) -> Entry:
        found = self.entry(resource_type, ident)
        if version is not None and version_of(found) != version:
            raise PreconditionFailedException
        return found

    async def _changed(self, change: Change) -> Resource[Any]:
        outcome = await self._carry_out(change)
        if isinstance(outcome, SCIMException):
            raise outcome
        return self._told(outcome, change.state)

    def _told(self, entry: Entry, state: str) -> Resource[Any]:
        """As it is now. `state`: of the actor, which we have just been told and may not have read yet."""
        resource = self.shown([entry])[0]
        if state and entry.kind in MACHINES:
            mapping.extension(resource).state = state
        return resource

    # -- as they are shown --------------------------------------------------------------------------------------

    def shown(self, entries: Sequence[Entry]) -> list[Resource[Any]]:
        """Resources with what is read only: their groups, and how their actors stand here."""
        groups: dict[str, list[Membership]] = {}
        for each in self._directory.memberships(self._bridge.id, [entry.id for entry in entries]):
            groups.setdefault(each.member, []).append(each)
        return [self._shown(entry, groups.get(entry.id, [])) for entry in entries]

    def _shown(self, entry: Entry, groups: Sequence[Membership]) -> Resource[Any]:
        resource = self._shelf.resource(entry)
        if entry.kind != GROUP and groups:
            told = [{"value": each.group, "$ref": f"Groups/{each.group}", "display": each.name} for each in groups]
            read = type(resource).model_validate({"schemas": [str(type(resource).__schema__)], "groups": told})
            cast("Any", resource).groups = cast("Any", read).groups
        if entry.kind in MACHINES:
            self._show_actor(entry, resource, [each.name for each in groups])
        return resource

    def _show_actor(self, entry: Entry, resource: Resource[Any], groups: Sequence[str]) -> None:
        known = self._provisions.known(entry.actor)
        told = mapping.extension(resource).model_copy()
        told.actor = entry.actor
        if known is not None:
            told.state = str(known.standing.state)
            told.cut_off = _moment(known.standing.cut_off)
            around = self._finder.around(entry, resource, groups)
            told.not_in_force = mapping.not_in_force(self._bridge, resource, around, known.actor) or None
        resource[NameplateActor] = told

    # -- search -------------------------------------------------------------------------------------------------

    async def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """See the storage."""
        kinds = sorted({str(each.name) for each in resource_types})
        if search_request.filter is None and search_request.sort_by is None and not _backwards(position):
            return self._plain_page(kinds, search_request, position)
        keys = await self._matching(kinds, search_request)
        return self._sorted_page(keys, search_request, position)

    def _plain_page(self, kinds: Sequence[str], wanted: SearchRequest[Any], position: Any) -> SearchPage:
        """In the order of ids: the directory knows where to begin."""
        total, count = self._directory.count(self._bridge.id, kinds), wanted.count or 0
        if wanted.cursor is None:
            offset = min((wanted.start_index or 1) - 1, total)
            entries = self._directory.page(self._bridge.id, kinds, count, offset=offset) if count else []
            return SearchPage(total, self.shown(entries))
        after = _read_position(position)[2] if position is not None else ""
        found = list(self._directory.page(self._bridge.id, kinds, count + 1, after=after)) if count else []
        page = SearchPage(total, self.shown(found[:count]))
        if len(found) > count > 0:
            page.next = _position("next", (True, "", found[count - 1].id))
        if after and page.resources:
            page.previous = _position("previous", (True, "", found[0].id))
        return page

    async def _matching(self, kinds: Sequence[str], wanted: SearchRequest[Any]) -> list["Key"]:
        """Sort keys of all that match, in their order. Only those are held, however many there are."""
        keys: list[Key] = []
        async for entries in self._candidates(kinds, wanted.filter):
            if wanted.filter is None and wanted.sort_by is None:
                keys += [(True, "", entry.id) for entry in entries]
                continue
            resources = self.shown(entries)
            scim_filter = _filter_for(wanted.filter, resources)
            keys += [
                _sort_key(wanted, resource)
                for resource in resources
                if scim_filter is None or scim_filter.match(resource)
            ]
        return sorted(keys, reverse=_descending(wanted))

    async def _candidates(self, kinds: Sequence[str], scim_filter: Any) -> AsyncIterator[Sequence[Entry]]:
        found = equality(scim_filter) if len(kinds) == 1 else None
        if found is not None:
            yield self._directory.find(self._bridge.id, kinds, *found)
            return
        after = ""
        while entries := self._directory.page(self._bridge.id, kinds, WALKED, after=after):
            yield entries
            after = entries[-1].id
            await asyncio.sleep(0)

    def _sorted_page(self, keys: list["Key"], wanted: SearchRequest[Any], position: Any) -> SearchPage:
        count = len(keys) if wanted.count is None else wanted.count
        if wanted.cursor is None:
            start = (wanted.start_index or 1) - 1
            return SearchPage(len(keys), self._of(keys[start : start + count]))
        if not count:
            return SearchPage(len(keys), [])
        start, stop = _bounds(keys, position, count, descending=_descending(wanted))
        page = SearchPage(len(keys), self._of(keys[start:stop]))
        if page.resources and stop < len(keys):
            page.next = _position("next", keys[stop - 1])
        if page.resources and start > 0:
            page.previous = _position("previous", keys[start])
        return page

    def _of(self, keys: Sequence["Key"]) -> list[Resource[Any]]:
        found = (self._directory.get(self._bridge.id, key[2]) for key in keys)
        return self.shown([entry for entry in found if entry is not None])


Key = tuple[bool, Any, str]
"""Whether there is no value to sort by, the value, the id."""


def _sort_key(wanted: SearchRequest[Any], resource: Resource[Any]) -> Key:
    value = wanted.sort_value(resource) if wanted.sort_by is not None else None
    if isinstance(value, datetime):
        value = value.timestamp()
    return value is None, "" if value is None else value, str(resource.id)


def _filter_for(scim_filter: Any, resources: Sequence[Resource[Any]]) -> Any:
    """At the root a filter knows of no model before there are resources."""
    if scim_filter is None or scim_filter.models or not resources:
        return scim_filter
    models = tuple(dict.fromkeys(type(each) for each in resources))
    return parametrize(ScimFilter, Union[models])(str(scim_filter))  # noqa: UP007 - known at run time only


def _descending(wanted: SearchRequest[Any]) -> bool:
    return wanted.sort_by is not None and wanted.sort_order == SearchRequest.SortOrder.descending


def _bounds(keys: Sequence[Key], position: Any, count: int, *, descending: bool) -> tuple[int, int]:
    """The part of the sorted keys that a page by cursor covers."""
    if position is None:
        return 0, min(count, len(keys))
    direction, anchor, _ = _read_position(position)
    before = sum(1 for key in keys if (key > anchor if descending else key < anchor))
    if direction == "next":
        start = before + sum(1 for key in keys if key == anchor)
        return start, min(start + count, len(keys))
    return max(before - count, 0), before


def _position(direction: str, key: Key) -> dict[str, Any]:
    return {"d": direction, "k": None if key[0] else key[1], "i": key[2]}


def _read_position(position: Any) -> tuple[str, Key, str]:
    try:
        direction, value, ident = position["d"], position["k"], position["i"]
    except (TypeError, KeyError):
        raise InvalidCursorException from None
    if direction not in {"next", "previous"} or not isinstance(ident, str):
        raise InvalidCursorException
    return direction, (value is None, "" if value is None else value, ident), ident


def _backwards(position: Any) -> bool:
    return position is not None and _read_position(position)[0] == "previous"


def _moment(at: int | None) -> datetime | None:
    return datetime.fromtimestamp(at / 1_000_000, tz=UTC) if at else None
