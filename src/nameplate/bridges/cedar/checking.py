"""Whether a rule is sound: within bounds, forbid only, and in accordance with the schema."""

import json
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

import cedarpy

from nameplate.domain.names import resource_kind
from nameplate.domain.policies import Rule
from nameplate.domain.supplies import NO_SUPPLIES, ROOTS, Supplies, Type

from .schema import CIRCUMSTANCES, KINDS, schema

MAX_INTRICACY = 200
"""How often each of `(`, `[`, `{` and `.` may occur. Cedar's parser recurses on the stack of the process: some hundred
nested brackets end it, and `has a.a.a...` takes time that grows with the cube of its length."""
MAX_STATEMENTS = 50


class Unsound(ValueError):
    """A text that is not taken. The message is a sentence for its author."""


def statements(cedar: str) -> list[Any]:
    """The `forbid` statements of a text, in Cedar's JSON form; raises Unsound."""
    for mark in "([{.":
        if cedar.count(mark) > MAX_INTRICACY:
            raise Unsound(f"`{mark}` occurs more than {MAX_INTRICACY} times: split the rule into several.")
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(cedar))
    except ValueError as error:
        raise Unsound(f"This is not Cedar: {_brief(error)}.") from None
    except RecursionError:
        raise Unsound("The rule is nested too deeply: split it into several.") from None
    if parsed["templates"]:
        raise Unsound("A rule has no slots such as `?principal`: name what is meant.")
    found = list(parsed["staticPolicies"].values())
    if not found:
        raise Unsound("There is no statement in it: write at least one `forbid (...)`.")
    if len(found) > MAX_STATEMENTS:
        raise Unsound(f"There are {len(found)} statements, at most {MAX_STATEMENTS} are possible: split the rule.")
    if any(each["effect"] != "forbid" for each in found):
        raise Unsound("A rule can only `forbid`: what is permitted stands in contracts.")
    return found


def faults(rule: Rule, actions: Collection[str], supplies: Supplies = NO_SUPPLIES) -> Iterator[str]:
    """What is wrong with a rule, for its author."""
    try:
        found = statements(rule.cedar)
        policy_set(enumerate(found))
    except Unsound as error:
        yield str(error)
        return
    # To Cedar it is sound to ask whether there is something that there never is: such a rule would forbid nothing.
    strange = dict.fromkeys(name for each in found for name in _strangers(each, supplies))
    yield from (f"`{name}` is never there: no point supplies it." for name in strange)
    resources = rule.scope.resources
    kinds = frozenset(map(resource_kind, resources)) if resources else frozenset((*KINDS, ""))
    fitting = _schema(_meant(rule.cedar, actions), kinds, tuple(sorted(supplies.items())))
    result = cedarpy.validate_policies(rule.cedar, fitting)
    told = dict.fromkeys(_plain(each) for each in result.errors)
    yield from told or (() if result.validation_passed else ("It does not fit the schema.",))


def _strangers(part: Any, supplies: Supplies) -> Iterator[str]:
    """What a statement, or a part of it, asks `context` about that is never there."""
    if isinstance(part, list):
        yield from (name for each in part for name in _strangers(each, supplies))
    elif isinstance(part, dict):
        asked = part.get("has")
        if isinstance(asked, dict) and "attr" in asked:
            path = (*_path(asked["left"]), asked["attr"])
            if path[0] == "context" and not _is_there(path[1:], supplies):
                yield ".".join(path)
        yield from (name for each in part.values() for name in _strangers(each, supplies))


def _path(part: Any) -> tuple[str, ...]:
    """`("context", "sent")` for `context.sent`; a path that leads nowhere for anything but attributes of a variable."""
    names: list[str] = []
    while isinstance(part, dict) and isinstance(part.get("."), dict):
        names.append(part["."]["attr"])
        part = part["."]["left"]
    return (part["Var"] if isinstance(part, dict) and "Var" in part else "", *reversed(names))


def _is_there(path: tuple[str, ...], supplies: Supplies) -> bool:
    if path[0] != "sent" or len(path) == 1:
        return path[0] in CIRCUMSTANCES
    return path[1] in ROOTS if len(path) == 2 else (path[1], path[2]) in supplies


def _meant(cedar: str, actions: Collection[str]) -> frozenset[str]:
    """The actions that a text can name, and one for all others: they are alike, and checking takes time for each."""
    # Behind a backslash a name may be spelt in other ways.
    named = actions if "\\" in cedar else (action for action in actions if action in cedar)
    return frozenset((*named, min(actions)))


def policy_set(named: Any) -> cedarpy.PolicySet:
    """A handle on statements in JSON form, each under its name; raises Unsound."""
    document = {"templates": {}, "templateLinks": [], "staticPolicies": {str(name): each for name, each in named}}
    try:
        return cedarpy.PolicySet.from_json_str(json.dumps(document))
    except ValueError as error:
        raise Unsound(f"The rule is nested too deeply, or cannot be taken: {_brief(error)}.") from None


@lru_cache(maxsize=64)
def _schema(
    actions: frozenset[str], kinds: frozenset[str], supplies: tuple[tuple[tuple[str, str], Type], ...]
) -> cedarpy.Schema:
    return cedarpy.Schema.from_str(schema(actions, sorted(kinds), dict(supplies)))


def _plain(error: cedarpy.ValidationError) -> str:
    """Cedar's message without the number that it gives the statement, as a sentence."""
    text: str = error.error.removeprefix(f"for policy `{error.policy_id}`, ")
    number = error.policy_id.removeprefix("policy")
    place = f"statement {int(number) + 1}: " if number.isdecimal() and number != "0" else ""
    return f"Cedar, {place}{_brief(text)}."


def _brief(text: object) -> str:
    return " ".join(str(text).split())[:300].rstrip(".")
