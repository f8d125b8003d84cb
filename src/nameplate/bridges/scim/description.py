"""What is served at `/scim/v2`, as part of an OpenAPI document: made of the routes and the models that serve it."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Union

from scim2_models import (
    BulkRequest,
    BulkResponse,
    Error,
    ListResponse,
    PatchOp,
    Resource,
    ResourceType,
    Schema,
    SearchRequest,
    ServiceProviderConfig,
)
from scim2_server.routing import ROUTES, Operation, Route
from scim2_server.utils import parametrize

from .json_schemas import REFERENCE, Json, Model, answered, asked
from .schemas import provider

PREFIX, TAG = "/scim/v2", "bridge"
MEDIA, JSON, PROBLEM = "application/scim+json", "application/json", "application/problem+json"
_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
_ATTRIBUTE = r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)?"
_ATTRIBUTES = {"type": "string", "pattern": rf"^ *(?:{_ATTRIBUTE} *(?:, *{_ATTRIBUTE} *)*)?$"}
_SHOWN: Mapping[str, tuple[Json, str]] = {
    "attributes": (_ATTRIBUTES, "Attributes to return beside those that always are, separated by commas."),
    "excludedAttributes": (_ATTRIBUTES, "Attributes to leave out, separated by commas."),
}
_LISTED: Mapping[str, tuple[Json, str]] = {
    **_SHOWN,
    "filter": (_TEXT, "RFC 7644, section 3.4.2.2."),
    "sortBy": (_TEXT, "The attribute to sort by."),
    "sortOrder": ({"type": "string", "enum": ["ascending", "descending"]}, "Which way."),
    "startIndex": (_NUMBER, "The first to return, from 1."),
    "count": (_NUMBER, "How many to return at most."),
    "cursor": (_TEXT, "`nextCursor` of the page before, empty for the first (RFC 9865)."),
}
_QUERY: Mapping[Operation, Mapping[str, tuple[Json, str]]] = {
    Operation.query: _SHOWN,
    Operation.replace: _SHOWN,
    Operation.patch: _SHOWN,
    Operation.search: _LISTED,
}
_HEADERS = {
    Operation.query: ("If-None-Match",),
    Operation.replace: ("If-Match",),
    Operation.patch: ("If-Match",),
    Operation.delete: ("If-Match",),
}
_VERSIONED = frozenset({Operation.create, Operation.query, Operation.replace, Operation.patch})
_DONE = {Operation.create: 201, Operation.delete: 204}
_CHANGES = (404, 409, 412)
_REFUSED: Mapping[Operation, tuple[int, ...]] = {
    Operation.create: (409,),
    Operation.query: (404,),
    Operation.replace: _CHANGES,
    Operation.patch: _CHANGES,
    Operation.delete: _CHANGES,
    Operation.resource_types: (403,),
    Operation.resource_type: (403, 404),
    Operation.schemas: (403,),
    Operation.schema: (403, 404),
    Operation.service_provider_config: (403,),
}
"""Beyond what every request can end with."""
_ALWAYS, _WITH_BODY = (400, 401, 500, 502, 503), (413, 415)
_PROBLEMS = frozenset({400, 401, 413, 500, 502, 503})
"""What can end a request before it gets here is told as a problem document."""


def description() -> Json:
    """`paths` and `schemas`. A bridge with `governed: true` has one extension more, which `/Schemas` tells."""
    served = provider()
    models: Iterable[tuple[ResourceType, Any]] = ((each, served.model_for(each)) for each in served.resource_types)
    types = {str(each.endpoint).strip("/"): model for each, model in models}
    spoken = _Spoken(types)
    paths: dict[str, Json] = {}
    for route in ROUTES:
        for endpoint in types if "{endpoint}" in route.pattern else ("",):
            if not route.pattern.startswith("/Me"):
                path = PREFIX + route.pattern.replace("{endpoint}", endpoint)
                paths.setdefault(path, {})[route.method.lower()] = _operation(route, endpoint, spoken)
    return {"paths": paths, "schemas": spoken.components}


class _Spoken:
    """The schemas of all that is said, in two forms: as it is asked and as it is answered."""

    def __init__(self, types: Mapping[str, Model]) -> None:
        every: Any = Union[tuple(types.values())]  # noqa: UP007 - known at run time only
        self._asked: dict[tuple[Operation, str], Model] = {(Operation.bulk, ""): parametrize(BulkRequest, every)}
        self._told: dict[tuple[Operation, str], Model] = {
            (Operation.bulk, ""): parametrize(BulkResponse, every),
            (Operation.search, ""): parametrize(ListResponse, every),
            (Operation.service_provider_config, ""): ServiceProviderConfig,
            (Operation.resource_types, ""): ListResponse[ResourceType],
            (Operation.resource_type, ""): ResourceType,
            (Operation.schemas, ""): ListResponse[Schema],
            (Operation.schema, ""): Schema,
        }
        for endpoint, model in {**types, "": every}.items():
            self._asked[Operation.search_with_body, endpoint] = parametrize(SearchRequest, model)
        for endpoint, model in types.items():
            self._of(endpoint, model)
        self._in, named = asked(self._asked.values())
        self._out, others = answered([*self._told.values(), Error])
        self.components = named | others

    def _of(self, endpoint: str, model: type[Resource[Any]]) -> None:
        for each in (Operation.create, Operation.replace):
            self._asked[each, endpoint] = model
        for each in (Operation.create, Operation.query, Operation.replace, Operation.patch):
            self._told[each, endpoint] = model
        self._asked[Operation.patch, endpoint] = parametrize(PatchOp, model)
        self._told[Operation.search, endpoint] = parametrize(ListResponse, model)

    def asked(self, operation: Operation, endpoint: str) -> Json | None:
        """What is sent along; None for nothing."""
        model = self._asked.get((operation, endpoint))
        return None if model is None else self._in[model]

    def told(self, operation: Operation, endpoint: str) -> Json | None:
        """What is answered; None for nothing."""
        listed = Operation.search if operation is Operation.search_with_body else operation
        model = self._told.get((listed, endpoint))
        return None if model is None else self._out[model]

    @property
    def error(self) -> Json:
        """RFC 7644, section 3.12."""
        return self._out[Error]


def _operation(route: Route, endpoint: str, spoken: _Spoken) -> Json:
    takes, told = spoken.asked(route.operation, endpoint), spoken.told(route.operation, endpoint)
    status = _DONE.get(route.operation, 200)
    refused = sorted({*_ALWAYS, *_REFUSED.get(route.operation, ()), *(_WITH_BODY if takes else ())})
    done: Json = {"description": HTTPStatus(status).phrase} | (_content(told, MEDIA) if told else {})
    if route.operation in _VERSIONED:
        done["headers"] = {"ETag": {"schema": _TEXT, "description": "The version of the resource."}}
    answers = {str(status): done} | {str(each): _refusal(each, spoken.error) for each in refused}
    if route.operation is Operation.query:
        answers["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    return {
        "tags": [TAG],
        "summary": f"SCIM: {route.operation.value.replace('_', ' ')} {endpoint}".strip(),
        "operationId": f"scim_{route.name}{f'_{endpoint.lower()}' if endpoint else ''}",
        "security": [{"bridge": []}],
        "parameters": list(_parameters(route)),
        "responses": answers,
    } | ({"requestBody": {"required": True} | _content(takes, MEDIA, JSON)} if takes else {})


def _parameters(route: Route) -> Iterable[Json]:
    if "{resource_id}" in route.pattern:
        yield {"name": "resource_id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    for name, (schema, told) in _QUERY.get(route.operation, {}).items():
        yield {"name": name, "in": "query", "schema": schema, "description": told}
    for name in _HEADERS.get(route.operation, ()):
        yield {"name": name, "in": "header", "schema": _TEXT, "description": "RFC 7644, section 3.14."}


def _content(schema: Json, *media: str) -> Json:
    return {"content": {each: {"schema": schema} for each in media}}


def _refusal(status: int, error: Json) -> Json:
    answer = {"description": HTTPStatus(status).phrase} | _content(error, MEDIA)
    if status in _PROBLEMS:
        answer["content"] |= _content({"$ref": f"{REFERENCE}Problem"}, PROBLEM)["content"]
    return answer
