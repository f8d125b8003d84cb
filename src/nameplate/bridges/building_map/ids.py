"""Ids out of the names in a map: readable, stable, and valid for manifests."""

import re
import unicodedata
from collections.abc import Iterable

MAX_SLUG = 80
MAX_LEVEL = 24


def slug(name: str) -> str:
    """Letters, digits and single hyphens: `consult-rm-3` of `consult_rm 3`. Empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain)[:MAX_SLUG].strip("-")


def on_level(level: str, name: str) -> str:
    """The id of `name` on `level`, with the level before it once. Empty where the name has nothing for an id."""
    own = without_level(level, name)
    return f"{_storey(level)}-{own}" if own else ""


def without_level(level: str, name: str) -> str:
    """The slug of `name` without the level that some maps write before it."""
    own, storey = slug(name), f"{_storey(level)}-"
    return own[len(storey) :] if own.casefold().startswith(storey.casefold()) else own


def _storey(level: str) -> str:
    return slug(level)[:MAX_LEVEL].strip("-") or "level"


def shared_stem(slugs: Iterable[str]) -> str:
    """The words that all begin with (`consult-rm-3` of `consult-rm-3-outer` and `-inner`), else the first in order."""
    words = [name.split("-") for name in sorted(slugs)]
    shared = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return "-".join(shared or (words[0] if words else []))


def numbered(wanted: Iterable[str]) -> list[str]:
    """The same ids in the same order, with `-2`, `-3`, ... behind those that were taken."""
    taken: set[str] = set()
    given = []
    for name in wanted:
        free, count = name, 1
        while free in taken:
            count += 1
            free = f"{name}-{count}"
        taken.add(free)
        given.append(free)
    return given
