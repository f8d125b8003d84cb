"""The OpenAPI 3.1 document of everything: the routes of the framework here, and those of the deciding process."""

import http
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from nameplate.domain.acts import act_of
from nameplate.entry.decide.admission import ProposedOut
from nameplate.entry.decide.described import OPERATIONS
from nameplate.entry.operations import JSON, Answer, Asks, Operation, Who, answering

from .caller import LocalCaller

Json = dict[str, Any]

PROBLEM = "application/problem+json"
_PART = re.compile(r"\{([a-z_]+)\}")
_REF = "#/components/schemas/{name}"
_ALWAYS = {
    Who.EVERYBODY: (500,),
    Who.POINT: (401, 500),
    Who.LOCAL: (401, 403, 500),
    Who.PERSON: (401, 403, 500),
}
_FORWARDED = {
    Who.EVERYBODY: (400, 500, 502, 503),
    Who.BRIDGE: (400, 401, 500, 502, 503),
    Who.LOCAL: (400, 401, 403, 500, 502, 503),
}
_WITH_BODY = (400, 408, 413)
_TAGS = [
    {"name": Who.EVERYBODY.value, "description": "Answered to everybody who reaches a listener."},
    {"name": Who.POINT.value, "description": "Answered to the bearer of a token of `nameplate point token NAME`."},
    {"name": Who.BRIDGE.value, "description": "Answered to the bearer of a token of `nameplate bridge token NAME`."},
    {
        "name": Who.LOCAL.value,
        "description": (
            "Answered to persons who are signed in and have the role for it, and on `control.sock` in the data "
            "directory to root and to the user of the server. The kernel says who calls there (SO_PEERCRED): no "
            "credential is sent. Everybody else gets 401 or 403. What is risky is answered with 202 and waits for "
            "approval, on the control socket from the first owner with a passkey on."
        ),
    },
    {"name": Who.PERSON.value, "description": "Answered to a person who is signed in, by a cookie or as a bearer."},
]
_SECURITY = {
    name: {"type": "http", "scheme": "bearer", "description": f"`nameplate {command} token NAME`"}
    for name, command in (("token", "point"), ("bridge", "bridge"))
}
_BEARS: Mapping[Who, Json] = {
    Who.POINT: {"security": [{"token": []}]},
    Who.BRIDGE: {"security": [{"bridge": []}]},
}


class Fault(msgspec.Struct):
    """One thing that is wrong, and where."""

    message: str
    file: str = ""
    line: int | None = None
    column: int | None = None
    field: str = ""
    remedy: str = ""


class Problem(msgspec.Struct):
    """A problem document (RFC 9457). `type` is stable, `remedy` says what to do next."""

    type: str
    title: str
    status: int
    detail: str = ""
    remedy: str = ""
    errors: list[Fault] = []


def routes(app: FastAPI, others: Iterable[APIRouter], parts: Iterable[Callable[[], Json]] = ()) -> APIRouter:
    """The routes. `others`: those of the application. `parts`: descriptions of what is no route of the framework."""
    router = APIRouter()

    @cache
    def document() -> Json:
        return whole(app, [*others, router], [part() for part in parts])

    @router.get("/v1/openapi.json")
    @answering(Answer(dict[str, Any]))
    def show_document(caller: LocalCaller) -> dict[str, Any]:
        """This document."""
        # Made on first use, which takes a moment: others go on meanwhile.
        return document()

    return router


def whole(app: FastAPI, routers: Iterable[APIRouter], parts: Iterable[Json] = ()) -> Json:
    """The document. Each operation tells every status that it can answer. `parts`: `paths` and `schemas` of others."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    schemas = _Schemas([*_kinds(OPERATIONS), *_kinds_of(routes), ProposedOut, Problem])
    document = app.openapi()
    found: Json = {path: {} for path in (*document["paths"], *(each.path for each in OPERATIONS))}
    for route in routes:
        for method in route.methods or ():
            known = document["paths"][route.path_format][method.lower()]
            found[route.path_format][method.lower()] = _of_the_framework(known, route, schemas)
    for each in OPERATIONS:
        found[each.path][each.method.lower()] = _of_ours(each, schemas)
    theirs = document.get("components", {}).get("schemas", {})
    components = {name: schema for name, schema in theirs.items() if "ValidationError" not in name}
    components |= schemas.components
    for part in parts:
        found |= part["paths"]
        components |= part["schemas"]
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "tags": _TAGS,
        "paths": dict(sorted(found.items())),
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


class _Schemas:
    """JSON schemas of the types that are spoken."""

    def __init__(self, kinds: Iterable[Any]) -> None:
        flat = [each for kind in kinds for each in (kind if isinstance(kind, tuple) else (kind,))]
        named = {repr(each): each for each in flat if each is not None}
        found, self.components = msgspec.json.schema_components(named.values(), ref_template=_REF)
        self._found = dict(zip(named, found, strict=True))

    def content(self, kind: Any, *media: str) -> Json:
        return {"content": {each: {"schema": self._schema(kind)} for each in media}}

    def _schema(self, kind: Any) -> Json:
        if isinstance(kind, tuple):
            return {"anyOf": [self._schema(each) for each in kind]}
        return {"type": "string"} if kind is None else self._found[repr(kind)]


def _kinds(operations: Iterable[Operation]) -> Iterator[Any]:
    for each in operations:
        yield from (each.asks, each.answer.kind)


def _kinds_of(routes: Iterable[APIRoute]) -> Iterator[Any]:
    for each in routes:
        answer = _answer(each)
        yield from (answer.kind, _asks(each).kind, *answer.refusals.values())


def _answer(route: APIRoute) -> Answer:
    """What is written beside the route."""
    found: Answer = vars(route.endpoint)["answer"]
    return found


def _asks(route: APIRoute) -> Asks:
    found: Asks = vars(route.endpoint)["asks"]
    return found


def _of_the_framework(found: Json, route: APIRoute, schemas: _Schemas) -> Json:
    answer, asks = _answer(route), _asks(route)
    if asks.kind is not None:
        found = found | {"requestBody": {"required": True} | schemas.content(asks.kind, asks.media)}
    statuses = {*_FORWARDED[asks.who], *answer.problems, *((413,) if "requestBody" in found else ())}
    proposed = _proposed(next(iter(route.methods or ())), route.path_format, schemas)
    responses = _responses(answer, statuses, schemas) | proposed
    return found | {"tags": [asks.who.value], "responses": responses} | _BEARS.get(asks.who, {})


def _proposed(method: str, path: str, schemas: _Schemas) -> Json:
    """What is answered where persons have to approve it first."""
    risky = act_of(method, path).risky
    return {"202": {"description": "Proposed."} | schemas.content(ProposedOut, JSON)} if risky else {}


def _of_ours(each: Operation, schemas: _Schemas) -> Json:
    statuses = {*_ALWAYS[each.who], *each.answer.problems, *(_WITH_BODY if each.asks else ())}
    parts = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PART.findall(each.path)
    ]
    described: Json = {
        "tags": [each.who.value],
        "summary": each.does.partition(". ")[0].removesuffix("."),
        "description": each.does,
        "operationId": f"{each.name}_{re.sub(r'[^a-z0-9]+', '_', each.path.lower()).strip('_')}_{each.method.lower()}",
        "responses": _responses(each.answer, statuses, schemas) | _proposed(each.method, each.path, schemas),
    }
    described |= {"parameters": parts} if parts else {}
    described |= {"requestBody": {"required": True} | schemas.content(each.asks, JSON)} if each.asks else {}
    return described | _BEARS.get(each.who, {})


def _responses(answer: Answer, problems: Iterable[int], schemas: _Schemas) -> Json:
    empty = answer.kind is None and JSON in answer.media
    well = {"description": "Done."} | ({} if empty else schemas.content(answer.kind, *answer.media))
    told = {str(status): _problem(status, schemas) for status in sorted(problems)}
    for status, kind in answer.refusals.items():
        refused = told.setdefault(str(status), {"description": http.HTTPStatus(status).phrase})
        if kind is not None:
            refused["content"] = refused.get("content", {}) | schemas.content(kind, JSON)["content"]
    return {str(answer.status): well} | told


def _problem(status: int, schemas: _Schemas) -> Json:
    return {"description": http.HTTPStatus(status).phrase} | schemas.content(Problem, PROBLEM)
