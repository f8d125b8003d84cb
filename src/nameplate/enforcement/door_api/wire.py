"""Calls that open doors: a template and a door's values -> an HTTP request; its answer -> yes or no.

Made from public documentation: UniFi Access API, "Remote Door Unlocking"; Kisi API, "Unlock lock".
"""

import json
from collections.abc import Mapping
from string import Formatter
from typing import NamedTuple
from urllib.parse import quote

from nameplate.domain.errors import Invalid

MAX_ANSWER = 65_536


class Template(NamedTuple):
    """How a vendor's door is opened. `{name}` stands for a value of the door, `{key}` for the credential.

    `success`: the status of an answer that means yes, and a field of its JSON with the value that it must have.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    success: tuple[int, str, str]


TEMPLATES: Mapping[str, Template] = {
    "unifi-access": Template(
        "PUT",
        "/api/v1/developer/doors/{door}/unlock",
        {"Authorization": "Bearer {key}", "Accept": "application/json"},
        "",
        (200, "code", "SUCCESS"),
    ),
    "kisi": Template(
        "POST",
        "/locks/{lock}/unlock",
        {"Authorization": "KISI-LOGIN {key}", "Accept": "application/json"},
        "",
        (200, "message", "Unlocked!"),
    ),
}


class Call(NamedTuple):
    """One HTTP request. Holds the credential: never to be printed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def render(name: str, base: str, values: Mapping[str, str], key: bytes) -> Call:
    """The request that opens one door. Raises Invalid: unknown template, missing value, a key unfit for a header."""
    template = TEMPLATES.get(name)
    if template is None:
        raise Invalid("template", f"There is no template {name!r}.", f"Use one of: {', '.join(TEMPLATES)}.")
    missing = sorted(names(template.path) - values.keys())
    if missing:
        raise Invalid("template", f"{name} needs a value for {', '.join(missing)}.", "Add it under `values:`.")
    secret = key.decode("latin-1").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise Invalid("credential", "The credential cannot stand in a header.", "Put it again: nameplate key put")
    # Whatever a value is, it stays one segment of the path.
    path = template.path.format_map({each: quote(value, safe="") for each, value in values.items()})
    headers = {header: text.replace("{key}", secret) for header, text in template.headers.items()}
    return Call(template.method, base.rstrip("/") + path, headers, template.body.encode())


def names(text: str) -> frozenset[str]:
    """The values that a text of a template asks for."""
    return frozenset(field for _, field, _, _ in Formatter().parse(text) if field)


def opened(name: str, status: int, body: bytes) -> bool:
    """Whether the answer says that the door was released. Anything unclear means no."""
    wanted, field, value = TEMPLATES[name].success
    if status != wanted or len(body) > MAX_ANSWER:
        return False
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get(field) == value
