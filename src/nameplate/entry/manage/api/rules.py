"""Rules beyond contracts."""

from collections.abc import Callable, Collection
from typing import Any

import msgspec
from fastapi import APIRouter

from nameplate.domain import known
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.registry import Registry
from nameplate.domain.supplies import Supplies, supplied
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller


class RuleRow(msgspec.Struct):
    """A rule, as in its manifest."""

    id: str
    revision: str
    scope: dict[str, Any]
    cedar: str


class SchemaOut(msgspec.Struct):
    """The Cedar schema that rules are checked against."""

    schema: str


def routes(registry: Registry, schema: Callable[[Collection[str], Supplies], str]) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/rules")
    @answering(Answer(Page[RuleRow]))
    async def list_rules(caller: LocalCaller) -> dict[str, Any]:
        rules = [registry.rules[ident] for ident in sorted(registry.rules)]
        items = [{"id": rule.id, "revision": rule.name, **_told(to_document(rule), "scope", "cedar")} for rule in rules]
        return {"items": items, "next": ""}

    @router.get("/v1/rules/schema")
    @answering(Answer(SchemaOut))
    async def show_schema(caller: LocalCaller) -> dict[str, Any]:
        named = (action for rule in registry.rules.values() for action in rule.scope.actions)
        actions = known.actions(registry.contracts.values()) | set(named)
        return {"schema": schema(actions, supplied(registry.points.values()))}

    return router


def _told(document: dict[str, object], *names: str) -> dict[str, object]:
    return {name: document[name] for name in names}
