"""Filters: how large one may be, and which can be looked up. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from scim2_models import InvalidFilterException
from scim2_models.path import CompareOperator, Comparison

from .naming import folded

LONGEST, DEEPEST = 2_048, 16
LOOKED_UP: Mapping[str, Callable[[str], str]] = {
    "username": folded,
    "agentusername": folded,
    "displayname": folded,
    "externalid": str,
}


def require_bounded(text: str) -> None:
    """Raises InvalidFilterException for one that would take too long to read."""
    depth = deepest = 0
    for letter in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        deepest = max(deepest, depth)
    if len(text) > LONGEST or deepest > DEEPEST or text.lower().count("not") > DEEPEST * 4:
        raise InvalidFilterException(detail=f"A filter may have {LONGEST} characters and {DEEPEST} levels")


def equality(scim_filter: Any) -> tuple[str, str] | None:
    """(attribute, value) of a filter that compares one looked-up attribute for equality; None for any other."""
    if scim_filter is None or scim_filter.model is None:
        return None
    node = scim_filter.ast
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq or not isinstance(node.value, str):
        return None
    binding = scim_filter.resolve_comparison(node.attr_path, strict=False)
    if binding is None or binding.is_multivalued or binding.target_type is not str:
        return None
    if any("\ud800" <= letter <= "\udfff" for letter in node.value):
        raise InvalidFilterException(detail="The filter holds half of a surrogate pair")
    name = str(node.attr_path).rpartition(":")[2].lower()
    return (name, LOOKED_UP[name](node.value)) if name in LOOKED_UP else None
