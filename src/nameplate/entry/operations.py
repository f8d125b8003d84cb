"""What a route is for whoever calls it, written beside it: from this come dispatch and OpenAPI document."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
JSON = "application/json"


class Who(StrEnum):
    """Who is answered: anybody, the holder of the token of an enforcement point or of a bridge, who may administer,
    a person.
    """

    EVERYBODY = "everybody"
    POINT = "enforcement point"
    BRIDGE = "bridge"
    LOCAL = "administrator"
    PERSON = "person"


class Answer(NamedTuple):
    """What a route answers. `kind`: its JSON, or None; any of several in a tuple.

    `problems`: the statuses of problem documents, beyond those that every route of its kind has. `refusals`: by
    status, the JSON of refusals that are no problem documents since a standard has it so; None for no body.
    """

    kind: Any
    status: int = 200
    media: tuple[str, ...] = (JSON,)
    problems: tuple[int, ...] = ()
    refusals: Mapping[int, Any] = {}


class Asks(NamedTuple):
    """Who may ask a route of the framework, and what it takes where it reads the body itself: see `Answer.kind`."""

    who: Who = Who.LOCAL
    kind: Any = None
    media: str = JSON


class Page(msgspec.Struct, Generic[T]):
    """Part of a list. `next`: the `after` of the part that follows, empty at the end."""

    items: list[T]
    next: str


class Operation(NamedTuple):
    """One method on one path. `path` may name parts, as in `/v1/doors/{door}/open`; `asks`: the JSON it takes.

    `exchange`: it is answered without ASGI where the connection allows it. `name`: the method's, `does`: its docstring.
    """

    method: str
    path: str
    who: Who
    answer: Answer
    asks: Any
    exchange: bool
    name: str
    does: str


def operation(route: str, who: Who, answer: Answer, asks: Any = None, *, exchange: bool = False) -> Callable[[F], F]:
    """Make a method of a class the route `route`, written as `POST /v1/check`."""
    method, _, path = route.partition(" ")

    def mark(function: F) -> F:
        does = " ".join((function.__doc__ or "").split())
        vars(function)["operation"] = Operation(method, path, who, answer, asks, exchange, function.__name__, does)
        return function

    return mark


LOCALLY = Asks()


def answering(answer: Answer, asks: Asks = LOCALLY) -> Callable[[F], F]:
    """Say what a route of the framework answers and to whom; the framework knows the rest."""

    def mark(function: F) -> F:
        vars(function)["answer"], vars(function)["asks"] = answer, asks
        return function

    return mark


def pattern(text: str) -> msgspec.Meta:
    """What the whole of a string looks like, for the document: the route itself says better what is wrong."""
    return msgspec.Meta(extra_json_schema={"pattern": f"^(?:{text})$"})


def one_of(**kinds: str) -> msgspec.Meta:
    """That one of two fields is not empty, and the other is. `kinds`: what JSON Schema counts of each, as `Items`."""
    filled = {name: {"properties": {name: {f"min{kind}": 1}}, "required": [name]} for name, kind in kinds.items()}
    empty = {name: {"properties": {name: {f"max{kind}": 0}}} for name, kind in kinds.items()}
    first, second = kinds
    choice = [{"allOf": [filled[one], empty[other]]} for one, other in ((first, second), (second, first))]
    return msgspec.Meta(extra_json_schema={"oneOf": choice})


def served(*owners: object) -> dict[tuple[str, str], Any]:
    """The routes of some objects, by method and path; not the exchanges."""
    routes = {}
    for owner in owners:
        for each in described(type(owner)):
            if not each.exchange:
                routes[each.method, each.path] = getattr(owner, each.name)
    return routes


def described(*kinds: type) -> list[Operation]:
    """The operations of some classes."""
    found = (getattr(member, "operation", None) for kind in kinds for member in vars(kind).values())
    return [each for each in found if each is not None]
