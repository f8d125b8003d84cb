"""A derived plan as manifest documents, ready for review and `nameplate apply`."""

from collections.abc import Collection, Iterable, Mapping

import yaml

from nameplate.bridges.building_map.model import Problem
from nameplate.bridges.building_map.plan import Plan, ZoneDoor

Document = dict[str, object]


def manifests(plan: Plan, site_id: str, timezone: str, public: Collection[str] = ()) -> list[Document]:
    """One Site, every Zone and every Door as manifest documents, in the order of their ids.

    `timezone` is an IANA name. `public` names the zones that are open to all actors; none is unless named.
    Raises `KeyError` for a public zone that the plan does not have: a typing error would silently close it.
    """
    unknown = set(public) - {zone.id for zone in plan.zones}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    zones: list[Document] = [
        {"kind": "Zone", "id": zone.id, "site": site_id} | ({"public": True} if zone.id in public else {})
        for zone in plan.zones
    ]
    return [
        {"kind": "Site", "id": site_id, "timezone": timezone},
        *zones,
        *(_door(door, site_id) for door in plan.doors),
    ]


def _door(door: ZoneDoor, site_id: str) -> Document:
    one, other = door.joins
    readers = [{"id": "r1", "side": one}, {"id": "r2", "side": other}]
    return {"kind": "Door", "id": door.id, "site": site_id, "joins": [one, other], "readers": readers}


def to_yaml(documents: Iterable[Mapping[str, object]], problems: Iterable[Problem]) -> str:
    """The documents as one multi-document text, with the problems as comments at its head."""
    head = "".join(f"# {_line(problem)}\n" for problem in problems)
    parts = (
        yaml.safe_dump(dict(document), sort_keys=False, default_flow_style=None, allow_unicode=True)
        for document in documents
    )
    return head + "---\n".join(parts)


def _line(problem: Problem) -> str:
    """The problem on one line. What is not printable is escaped, or a name could write manifests of its own."""
    level = f"{problem.level}, " if problem.level else ""
    text = f"{problem.severity}: {level}{problem.where}: {problem.what}. {problem.remedy}"
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
