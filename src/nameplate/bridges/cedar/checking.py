"""Whether a rule is sound: within bounds, forbid only, and in accordance with the schema."""

import json
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

import cedarpy

from nameplate.domain.names import resource_kind
from nameplate.domain.policies import Rule

from .schema import KINDS, schema

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


def faults(rule: Rule, actions: Collection[str]) -> Iterator[str]:
    """What is wrong with a rule, for its author."""
    try:
        policy_set(enumerate(statements(rule.cedar)))
    except Unsound as error:
        yield str(error)
        return
    resources = rule.scope.resources
    kinds = frozenset(map(resource_kind, resources)) if resources else frozenset((*KINDS, ""))
    result = cedarpy.validate_policies(rule.cedar, _schema(_meant(rule.cedar, actions), kinds))
    told = dict.fromkeys(_plain(each) for each in result.errors)
    yield from told or (() if result.validation_passed else ("It does not fit the schema.",))


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
def _schema(actions: frozenset[str], kinds: frozenset[str]) -> cedarpy.Schema:
    return cedarpy.Schema.from_str(schema(actions, sorted(kinds)))


def _plain(error: cedarpy.ValidationError) -> str:
    """Cedar's message without the number that it gives the statement, as a sentence."""
    text: str = error.error.removeprefix(f"for policy `{error.policy_id}`, ")
    number = error.policy_id.removeprefix("policy")
    place = f"statement {int(number) + 1}: " if number.isdecimal() and number != "0" else ""
    return f"Cedar, {place}{_brief(text)}."


def _brief(text: object) -> str:
    return " ".join(str(text).split())[:300].rstrip(".")
