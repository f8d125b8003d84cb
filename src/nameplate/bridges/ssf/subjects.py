"""Whom an event is about: subject identifiers (RFC 9493) and the complex ones of SSF 1.0."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .sets import Refusal

MEMBERS = frozenset({"user", "device", "application"})
"""The parts of a complex subject that can be processed here."""
MAX_TEXT, MAX_ALIASES = 512, 20
MAX_ADDRESS = 254
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_FIELDS = {"email": ("email",), "iss_sub": ("iss", "sub"), "opaque": ("id",), "account": ("uri",)}


@dataclass(frozen=True, slots=True)
class Subject:
    """One identifier. `part`: the member of a complex subject, empty for a simple one. `issuer`: of `iss_sub` only.

    `value`: a mail address where `is_address`, else an id.
    """

    value: str
    issuer: str = ""
    part: str = ""
    is_address: bool = False


class Discarded(Exception):
    """The event must be discarded (SSF 1.0): it has a critical subject member that cannot be processed here."""


def subjects_of(source: Mapping[str, Any], critical: Collection[str]) -> list[Subject]:
    """All that are named and can be processed. Raises Refusal, or Discarded."""
    if source.get("format") != "complex":
        return list(_simple(source, ""))
    unknown = (set(source) & set(critical)) - MEMBERS
    if unknown:
        raise Discarded(f"The subject member {min(unknown)} is critical, and cannot be processed here.")
    found: list[Subject] = []
    for part in sorted(MEMBERS & set(source)):
        member = source[part]
        if not isinstance(member, dict):
            raise Refusal("invalid_request", f"The subject member {part} is no object.")
        found += _simple(member, part)
    return found


def is_address(text: str) -> bool:
    """Whether it can be a mail address (RFC 5321, section 4.5.3.1): one mailbox, without a name around it."""
    return len(text) <= MAX_ADDRESS and text.isprintable() and _ADDRESS.fullmatch(text) is not None


def _simple(source: Mapping[str, Any], part: str) -> Iterator[Subject]:
    name = source.get("format")
    if not isinstance(name, str):
        raise Refusal("invalid_request", "The subject has no format.")
    if name == "aliases":
        identifiers = source.get("identifiers")
        if not isinstance(identifiers, list) or len(identifiers) > MAX_ALIASES:
            raise Refusal("invalid_request", "The aliases of the subject are no list.")
        for each in identifiers:
            if isinstance(each, dict) and each.get("format") != "aliases":
                yield from _simple(each, part)
        return
    if name not in _FIELDS:
        # What others may understand (RFC 9493, section 3): it means nobody here.
        return
    values = [source.get(field) for field in _FIELDS[name]]
    if not all(isinstance(each, str) and 0 < len(each) <= MAX_TEXT for each in values):
        raise Refusal("invalid_request", f"The subject is no {name}.")
    texts = [str(each) for each in values]
    if name == "account":
        yield Subject(texts[0].removeprefix("acct:"), part=part, is_address=True)
    elif name == "email":
        yield Subject(texts[0], part=part, is_address=True)
    else:
        yield Subject(texts[-1], texts[0] if name == "iss_sub" else "", part)
