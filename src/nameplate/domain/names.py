"""Identifiers and resource names."""

import re

MAX_ID = 128
MAX_RESOURCE = 512

ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_ID = re.compile(ID)
_RESOURCE_KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def is_id(text: str) -> bool:
    """Whether `text` can name an actor, a zone, a door, a team, ... (1 to 128 characters)."""
    return _ID.fullmatch(text) is not None


def is_key_name(text: str) -> bool:
    """Whether `text` can name something in the key store: ids with `/` between them, at most 128 characters."""
    return len(text) <= MAX_ID and all(is_id(part) for part in text.split("/"))


def is_resource(text: str) -> bool:
    """Whether `text` is `kind:id`, as in `door:L1-pharmacy`; the id is free text without control characters."""
    kind, colon, ident = text.partition(":")
    return (
        bool(colon and ident)
        and len(text) <= MAX_RESOURCE
        and bool(_RESOURCE_KIND.fullmatch(kind))
        and ident.isprintable()
    )


def is_resource_pattern(text: str) -> bool:
    """Whether `text` is a resource or a prefix of resources: `*` may stand once, as the last character."""
    head = text.removesuffix("*")
    # What a lone `kind:*` leaves out may be anything.
    return "*" not in head and is_resource(f"{head}x" if head != text and head.endswith(":") else head)


def resource_kind(resource: str) -> str:
    """`door` of `door:L1-pharmacy`."""
    return resource.partition(":")[0]


def resource_id(resource: str) -> str:
    """`L1-pharmacy` of `door:L1-pharmacy`."""
    return resource.partition(":")[2]
