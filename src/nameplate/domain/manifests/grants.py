"""Contracts: grants of actions on resources under conditions."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network

from nameplate.domain.contracts import ActionClass, Contract, Grant, Network, action_class
from nameplate.domain.lockdowns import Threat
from nameplate.domain.names import MAX_RESOURCE, is_resource, is_resource_pattern

from .conditions import read_tests, write_tests
from .fields import Fields
from .problems import Problem
from .quantities import (
    format_metres,
    format_rate,
    format_seconds,
    parse_metres,
    parse_rate,
    parse_seconds,
)
from .windows import read_during, write_during

MAX_GRANTS = 1_000
_ACTION = re.compile(r"[^\s*]{1,128}")
_NETWORK = re.compile(r"[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?")
_APPROVALS = {"none": 0, "one": 1, "two": 2}
WITHIN_S = 30.0
_LEVELS = {str(each): each for each in Threat}
_CLASSES = {str(each): each for each in ActionClass}
_RANK = {each: rank for rank, each in enumerate(ActionClass)}


def read_contract(fields: Fields, ident: str, _site: str) -> Contract:
    """A contract without its revision, which only the journal gives."""
    grants = tuple(_grant(section) for section in fields.sections("grants", limit=MAX_GRANTS))
    return Contract(ident, grants, fields.choice("only", _CLASSES, None), fields.day("expires"))


def _grant(fields: Fields) -> Grant:
    grant = Grant(
        actions=read_actions(fields),
        resources=read_patterns(fields, "resources"),
        during=read_during(fields),
        networks=tuple(_networks(fields)),
        environments=fields.texts("environments"),
        task_required=fields.choice("task", {"required": True}, default=False),
        payloads=fields.texts("payloads"),
        presence=fields.choice("presence", {"reader": "reader", "remote": "remote"}, None),
        near_m=fields.quantity("near", parse_metres, "a distance such as 4m or 1.5m"),
        rate=fields.quantity("rate", parse_rate, "a number per time such as 120/h, 10/m, 5/s or 1000/d"),
        where=read_tests(fields, "where"),
        unless=read_tests(fields, "unless"),
        approvals=fields.choice("approval", _APPROVALS, 0),
        custody_s=_custody(fields),
        escort_s=_escort(fields),
        up_to=fields.choice("up_to", _LEVELS, Threat.HIGH),
    )
    fields.done()
    return grant


def _custody(fields: Fields) -> float | None:
    two = fields.choice("custody", {"two": True}, default=False)
    within = fields.quantity("custody_within", parse_seconds, "a time such as 30s")
    if within is not None and not two:
        fields.fail("custody_within", "Nobody is asked to come in twos.", "Add `custody: two`.")
    return (within or WITHIN_S) if two else None


def _escort(fields: Fields) -> float | None:
    section = fields.section("escort")
    if section is None:
        return None
    within = section.quantity("within", parse_seconds, "a time such as 30s")
    section.done()
    return within or WITHIN_S


def read_actions(fields: Fields) -> tuple[str, ...]:
    """A list of actions, each in full."""
    actions = fields.texts("actions", required=True, longest=128)
    for action in actions:
        if _ACTION.fullmatch(action) is None:
            fields.fail(
                "actions",
                f"{action!r} cannot be an action.",
                "Name each action in full, without spaces and without `*`.",
            )
    return actions


def read_patterns(fields: Fields, key: str) -> tuple[str, ...]:
    """A list of resources, or prefixes of resources ending in `*`."""
    patterns = fields.texts(key, required=True, longest=MAX_RESOURCE)
    for position, pattern in enumerate(patterns):
        if not (is_resource_pattern(pattern) and (pattern.endswith("*") or is_resource(pattern))):
            wrong = "`*` may only be the last character." if "*" in pattern[:-1] else f"{pattern!r} is not a resource."
            fields.fail(f"{key}[{position}]", wrong, "Write it as KIND:ID, as in `door:L1-pharmacy` or `zone:ward-*`.")
    return patterns


def _networks(fields: Fields) -> Iterator[Network]:
    for position, text in enumerate(fields.texts("networks")):
        where, network = f"networks[{position}]", _network(text)
        if network is None:
            fields.fail(where, f"{text!r} is not a network.", "Write it as 10.20.0.0/16 or 2001:db8::/32.")
        elif "/" in text and ip_address(text.partition("/")[0]) != network.network_address:
            fields.fail(where, f"{text!r} is an address within a network.", f"Write {network}.")
        else:
            yield network


def _network(text: str) -> Network | None:
    """Only ADDRESS or ADDRESS/LENGTH: netmasks can be read in two ways."""
    try:
        return ip_network(text, strict=False) if _NETWORK.fullmatch(text) else None
    except ValueError:
        return None


def exceeding(contract: Contract, table: Mapping[str, ActionClass]) -> list[Problem]:
    """The actions that go beyond what `only` allows."""
    if contract.only is None:
        return []
    return [
        Problem(
            f"grants[{position}].actions",
            f"{action!r} is of class {action_class(action, table)}, but the contract is `only: {contract.only}`.",
            "Take the action out of the grant, or say what class it is of in the table of actions.",
        )
        for position, grant in enumerate(contract.grants)
        for action in grant.actions
        if _RANK[action_class(action, table)] > _RANK[contract.only]
    ]


def write_contract(contract: Contract) -> dict[str, object]:
    """The inverse of `read_contract`."""
    return {
        "only": contract.only and str(contract.only),
        "expires": contract.expires and contract.expires.isoformat(),
        "grants": [_written_grant(grant) for grant in contract.grants],
    }


def _written_grant(grant: Grant) -> dict[str, object]:
    written: dict[str, object] = {
        "actions": list(grant.actions),
        "resources": list(grant.resources),
        "during": write_during(grant.during),
        "networks": [str(network) for network in grant.networks],
        "environments": list(grant.environments),
        "task": "required" if grant.task_required else None,
        "payloads": list(grant.payloads),
        "presence": grant.presence,
        "near": None if grant.near_m is None else format_metres(grant.near_m),
        "rate": None if grant.rate is None else format_rate(grant.rate),
        "custody": None if grant.custody_s is None else "two",
        "custody_within": None if grant.custody_s in (None, WITHIN_S) else format_seconds(grant.custody_s or 0),
        "escort": None if grant.escort_s is None else {"within": format_seconds(grant.escort_s)},
        "up_to": None if grant.up_to is Threat.HIGH else str(grant.up_to),
        "approval": {count: word for word, count in _APPROVALS.items() if count}.get(grant.approvals),
        "where": write_tests(grant.where),
        "unless": write_tests(grant.unless),
    }
    return {key: value for key, value in written.items() if value}
