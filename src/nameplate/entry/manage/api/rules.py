"""Rules beyond contracts."""

from collections.abc import Callable, Collection
from typing import Any

from fastapi import APIRouter

from nameplate.domain import known
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.registry import Registry

from .caller import LocalCaller


def routes(registry: Registry, schema: Callable[[Collection[str]], str]) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/rules")
    async def list_rules(caller: LocalCaller) -> dict[str, Any]:
        rules = [registry.rules[ident] for ident in sorted(registry.rules)]
        items = [{"id": rule.id, "revision": rule.name, **_told(to_document(rule), "scope", "cedar")} for rule in rules]
        return {"items": items, "next": ""}

    @router.get("/v1/rules/schema")
    async def show_schema(caller: LocalCaller) -> dict[str, Any]:
        named = (action for rule in registry.rules.values() for action in rule.scope.actions)
        return {"schema": schema(known.actions(registry.contracts.values()) | set(named))}

    return router


def _told(document: dict[str, object], *names: str) -> dict[str, object]:
    return {name: document[name] for name in names}
