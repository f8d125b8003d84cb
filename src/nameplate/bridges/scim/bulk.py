"""Bulk: what needs nothing of its neighbours goes through together, so that stopping thousands takes few commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Union, cast

from scim2_models import (
    BulkOperation,
    BulkRequest,
    Context,
    InvalidSyntaxException,
    InvalidValueException,
    NotFoundException,
    PayloadTooLargeException,
    Resource,
    SCIMException,
)
from scim2_server.bulk import BulkPlan
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.utils import parametrize

from nameplate.domain.errors import NameplateError
from nameplate.ports.directory import Entry

from . import forms
from .errors import error_of
from .mapping import AGENT, DEVICE, USER
from .schemas import MAX_OPERATIONS
from .service import NameplateService, validated
from .shelf import Change, version_of
from .storage import DirectoryStorage

BATCH = 25
"""So many that few commands and syncs are needed, so few that no decision waits for them noticeably."""
TOGETHER = {"Users": USER, "Devices": DEVICE, "Agents": AGENT}
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_MEMBERS = frozenset({"method", "path", "bulkid", "version", "data"})
_DONE = {"POST": "201", "PATCH": "200", "DELETE": "204"}


def read_operations(service: NameplateService, request: ScimRequest) -> tuple[list[Any], int | None]:
    """The operations of a bulk request, unread, and how many errors end it. Raises SCIMException."""
    value = service.decode_body(request.body, request.header("Content-Type"))
    told = {name.lower(): inner for name, inner in value.items()} if isinstance(value, dict) else {}
    operations, patience = told.get("operations"), told.get("failonerrors")
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise InvalidSyntaxException(detail="A bulk request holds Operations")
    if isinstance(patience, float) and patience.is_integer():
        # In JSON that is a number as whole as any other.
        patience = int(patience)
    if patience is not None and (not isinstance(patience, int) or isinstance(patience, bool) or patience < 1):
        raise InvalidValueException(detail="failOnErrors is a number from 1")
    if len(operations) > MAX_OPERATIONS:
        raise PayloadTooLargeException(detail=f"A bulk request may have {MAX_OPERATIONS} operations")
    return operations, patience


@dataclass(slots=True)
class _Waiting:
    method: str
    kind: str
    ident: str
    bulk_id: str | None
    data: Any


class Batch:
    """Operations that are carried out together: of users, devices and agents, each of another one.

    `alone`: one at a time, where it matters which was the first to fail.
    """

    def __init__(
        self, service: NameplateService, storage: DirectoryStorage, request: ScimRequest, *, alone: bool
    ) -> None:
        self._service, self._storage, self._request = service, storage, request
        self._most = 1 if alone else BATCH
        self._waiting: list[_Waiting] = []
        self._touched: set[str] = set()

    @property
    def is_full(self) -> bool:
        """Whether it is time."""
        return len(self._waiting) >= self._most

    def takes(self, operation: dict[str, Any]) -> bool:
        """Take an operation; False for one that must wait for the others, or goes another way."""
        read = _read(operation)
        if read is None or read.ident in self._touched:
            return False
        self._waiting.append(read)
        if read.ident:
            self._touched.add(read.ident)
        return True

    async def carry_out(self) -> list[dict[str, Any]]:
        """What came of each. They are gone afterwards."""
        waiting, self._waiting, self._touched = self._waiting, [], set()
        there = self._storage.entries([each.ident for each in waiting if each.ident])
        found = [self._change(each, there) for each in waiting]
        changes = [each for each in found if isinstance(each, Change)]
        try:
            outcomes = iter(await self._storage.carry_out(changes) if changes else ())
        except (NameplateError, OSError) as error:
            outcomes = iter([error_of(error)] * len(changes))
        results = [next(outcomes) if isinstance(each, Change) else each for each in found]
        return [self._told(each, result) for each, result in zip(waiting, results, strict=True)]

    def _change(self, waiting: _Waiting, there: Mapping[str, Entry]) -> Change | SCIMException:
        try:
            resource_type = self._service.get_resource_type(waiting.kind)
            if waiting.method == "POST":
                model = self._service.get_model(resource_type)
                body = forms.resource_body(waiting.data)
                return Change(waiting.kind, None, validated(model, body, Context.RESOURCE_CREATION_REQUEST))
            entry = there.get(waiting.ident)
            if entry is None or entry.kind != waiting.kind:
                raise NotFoundException(detail=f"There is no {waiting.kind} {waiting.ident[:100]}")
            if waiting.method == "DELETE":
                return Change(waiting.kind, entry, None)
            return Change(waiting.kind, entry, self._storage.with_active(entry, active=waiting.data))
        except (SCIMException, NameplateError) as error:
            return error_of(error)

    def _told(self, waiting: _Waiting, result: Entry | SCIMException) -> dict[str, Any]:
        outcome: dict[str, Any] = {"method": waiting.method}
        if waiting.bulk_id is not None:
            outcome["bulkId"] = waiting.bulk_id
        ident = result.id if isinstance(result, Entry) else waiting.ident
        if ident:
            resource_type = self._service.get_resource_type(waiting.kind)
            outcome["location"] = self._service.resource_location(self._request.base_url, resource_type, ident)
        if isinstance(result, Entry):
            version = {} if waiting.method == "DELETE" else {"version": version_of(result)}
            return outcome | version | {"status": _DONE[waiting.method]}
        error = result.to_error()
        return outcome | {"status": str(error.status), "response": error.model_dump()}


def _read(operation: dict[str, Any]) -> _Waiting | None:
    told = {name.lower(): inner for name, inner in operation.items()}
    method, path, bulk_id, data = (told.get(name) for name in ("method", "path", "bulkid", "data"))
    if not isinstance(method, str) or not isinstance(path, str) or not told.keys() <= _MEMBERS or told.get("version"):
        return None
    endpoint, _, ident = path.strip("/").partition("/")
    kind, method = TOGETHER.get(endpoint), method.upper()
    if kind is None or "/" in ident or not (bulk_id is None or isinstance(bulk_id, str)):
        return None
    if method == "POST":
        return _Waiting(method, kind, "", bulk_id, data) if not ident and bulk_id and isinstance(data, dict) else None
    if method == "DELETE":
        return _Waiting(method, kind, ident, bulk_id, None) if ident else None
    if method != "PATCH" or not ident:
        return None
    try:
        active = forms.only_active(forms.patch_body(data))
    except SCIMException:
        return None
    return None if active is None else _Waiting(method, kind, ident, bulk_id, active)


def plan_of(service: NameplateService, operations: list[Any], patience: int | None) -> BulkPlan:
    """The plan of scim2-server for the operations that go its way."""
    value = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [_plain(each) for each in operations],
    }
    model = parametrize(BulkRequest, Union[tuple(service.get_models())])  # noqa: UP007 - known at run time only
    read = validated(model, value, Context.BULK_REQUEST)
    return BulkPlan(cast("list[BulkOperation[Resource[Any]]]", read.operations or []), patience)


def _plain(operation: dict[str, Any]) -> dict[str, Any]:
    name = next((each for each in operation if each.lower() == "data"), None)
    method = next((inner for each, inner in operation.items() if each.lower() == "method"), "")
    if name is None or not isinstance(method, str):
        return operation
    form = forms.patch_body if method.upper() == "PATCH" else forms.resource_body
    try:
        return {**operation, name: form(operation[name])}
    except SCIMException:
        return operation


def told(service: NameplateService, plan: BulkPlan) -> list[dict[str, Any]]:
    """What came of a plan."""
    body = service.bulk_response(plan).body or {}
    return list(body.get("Operations", ()))


def response(outcomes: list[dict[str, Any]]) -> ScimResponse:
    """The answer to a bulk request."""
    return ScimResponse(HTTPStatus.OK, {"schemas": [BULK_RESPONSE], "Operations": outcomes})
