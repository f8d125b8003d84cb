"""`supplies` of a point: the properties that it sends with its questions, and their types."""

import re
from collections.abc import Iterable, Iterator

from nameplate.domain.contracts import Contract
from nameplate.domain.points import Point
from nameplate.domain.supplies import ROOTS, Supplies, Type, supplied

from .fields import MAX_TEXT, Fields
from .problems import Problem

MAX_SUPPLIES = 64
KNOWN_ANYWAY = frozenset(
    ("time", "ip", "environment", "task", "payload", "distance_m", "presence", "reader", "simulated")
)
"""Names in the context that mean something of their own."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_TYPES = {str(each): str(each) for each in Type}


def read_supplies(fields: Fields) -> dict[str, str]:
    """Types by property (`resource.status`)."""
    section = fields.section("supplies")
    if section is None:
        return {}
    if not 0 < len(section.source) <= MAX_SUPPLIES:
        fields.fail("supplies", f"There are {len(section.source)} properties.", f"Name 1 to {MAX_SUPPLIES}.")
        return {}
    found = {}
    for path in section.source:
        if _is_property(section, path):
            found[path] = section.choice(path, _TYPES, "", required=True)
    return found


def _is_property(section: Fields, path: str) -> bool:
    root, _, name = path.partition(".")
    if root == "subject":
        remedy = "Leave it out: what is known of an actor stands in the registry."
        section.fail(path[:MAX_TEXT], "Nobody supplies properties of the subject.", remedy)
    elif root not in ROOTS or not _NAME.fullmatch(name):
        remedy = f"Start with one of {', '.join(ROOTS)}, then a dot and one name, as in `resource.status`."
        section.fail(path[:MAX_TEXT], "This is not a property that can be supplied.", remedy)
    elif root == "context" and name in KNOWN_ANYWAY:
        section.fail(path, f"{name!r} has a meaning of its own.", "Leave it out: it is known to rules anyway.")
    else:
        return True
    return False


def conflicting(point: Point, points: Iterable[Point]) -> Iterator[Problem]:
    """What another point supplies as something else: a rule could not tell them apart."""
    for other in points:
        for path, kind in point.supplies.items() if other.id != point.id else ():
            if other.supplies.get(path, kind) != kind:
                message = f"Point {other.id!r} supplies it as {other.supplies[path]}."
                yield Problem(f"supplies.{path}", message, "Give it one type everywhere, or another name here.")


def withdrawn(former: Point | None, supplies: Supplies) -> list[str]:
    """What `former` supplied that is no longer among what all points supply, or is something else."""
    before = supplied([former] if former else [])
    return [".".join(path) for path, kind in before.items() if supplies.get(path) != kind]


def unsupplied(contract: Contract, supplies: Supplies) -> Iterator[Problem]:
    """Lines about properties that no point says it sends: such a `where` never holds, such an `unless` refuses nothing.

    Where no point says anything of that nobody can tell.
    """
    names = {*supplies, *(("context", name) for name in KNOWN_ANYWAY)}
    for position, grant in enumerate(contract.grants) if supplies else ():
        for key, lines in (("where", grant.where), ("unless", grant.unless)):
            for path in (line.path for line in lines):
                if path[0] != "subject" and path[:2] not in names:
                    where, name = f"grants[{position}].{key}.{'.'.join(path)}", ".".join(path[:2])
                    remedy = "Add it to `supplies` of the points that send it."
                    yield Problem(where, f"No point supplies {name}.", remedy)
