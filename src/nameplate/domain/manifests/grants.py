"""Contracts: grants of actions on resources under conditions."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network

from nameplate.domain.contracts import ActionClass, Contract, Grant, Network, Window, action_class
from nameplate.domain.names import MAX_RESOURCE, is_resource, is_resource_pattern

from .conditions import read_tests, write_tests
from .fields import Fields
from .problems import Problem
from .quantities import (
    DAY_NAMES,
    format_clock,
    format_metres,
    format_rate,
    parse_clock,
    parse_metres,
    parse_rate,
)

MAX_GRANTS = 1_000
MAX_WINDOWS = 16
_ACTION = re.compile(r"[^\s*]{1,128}")
_TIMEZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}")
_NETWORK = re.compile(r"[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?")
_DAYS = {name: number for number, name in enumerate(DAY_NAMES)}
_APPROVALS = {"none": 0, "one": 1, "two": 2}
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
        during=_windows(fields),
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
    )
    fields.done()
    return grant


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


def _windows(fields: Fields) -> tuple[Window, ...]:
    if isinstance(fields.source.get("during"), list | tuple):
        sections = tuple(fields.sections("during", limit=MAX_WINDOWS))
    else:
        section = fields.section("during")
        sections = (section,) if section else ()
    return tuple(_window(section) for section in sections)


def _window(fields: Fields) -> Window:
    days = []
    for place, entry in fields.items("days", limit=len(DAY_NAMES)):
        if isinstance(entry, str) and entry in _DAYS:
            days.append(_DAYS[entry])
        else:
            fields.fail(place, "This is not a day.", f"Use {', '.join(DAY_NAMES)}.")
    start, end = (fields.quantity(key, parse_clock, 'a time of day such as "06:00"') for key in ("from", "to"))
    if (start is None) != (end is None):
        fields.fail("", "`from` and `to` belong together.", "Give both, or neither for whole days.")
    timezone = read_timezone(fields, required=True)
    fields.done()
    return Window(tuple(sorted(set(days))) or tuple(_DAYS.values()), start or 0, end or 0, timezone)


def read_timezone(fields: Fields, *, required: bool = False) -> str:
    """A name shaped as an IANA time zone; whether it exists is for others to say."""
    name = fields.text("timezone", required=required)
    if name and _TIMEZONE.fullmatch(name) is None:
        fields.fail("timezone", f"{name!r} is not the name of a time zone.", "Use an IANA name such as Europe/Berlin.")
    return name


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
    windows = [_written_window(window) for window in grant.during]
    written: dict[str, object] = {
        "actions": list(grant.actions),
        "resources": list(grant.resources),
        "during": windows[0] if len(windows) == 1 else windows,
        "networks": [str(network) for network in grant.networks],
        "environments": list(grant.environments),
        "task": "required" if grant.task_required else None,
        "payloads": list(grant.payloads),
        "presence": grant.presence,
        "near": None if grant.near_m is None else format_metres(grant.near_m),
        "rate": None if grant.rate is None else format_rate(grant.rate),
        "approval": {count: word for word, count in _APPROVALS.items() if count}.get(grant.approvals),
        "where": write_tests(grant.where),
        "unless": write_tests(grant.unless),
    }
    return {key: value for key, value in written.items() if value}


def _written_window(window: Window) -> dict[str, object]:
    written: dict[str, object] = {}
    if window.days != tuple(_DAYS.values()):
        written["days"] = [DAY_NAMES[day] for day in window.days]
    if (window.start, window.end) != (0, 0):
        written |= {"from": format_clock(window.start), "to": format_clock(window.end)}
    return written | {"timezone": window.timezone}
