"""The manifest reference names every field, and what it shows can be applied."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from nameplate.boot.manifests import read_manifests
from nameplate.boot.rules import rule_faults
from nameplate.boot.timezones import transitions
from nameplate.domain.bridges import OPTIONS, BridgeType
from nameplate.domain.manifests.documents import KINDS, read_document
from nameplate.domain.manifests.problems import Problem
from nameplate.domain.registry import Registry, fold
from nameplate.flows.apply import plan
from tests.docs.pages import blocks
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "reference" / "manifests.md"
ODD = "zz-nobody-knows-this"
# For each kind a document in which every mapping there can be holds a field that nobody knows.
PROBES: dict[str, dict[str, Any]] = {
    "Site": {},
    "Calendar": {"open": [{ODD: 1}], "closed": [{ODD: 1}], "special": [{ODD: 1}]},
    "Team": {},
    "Badge": {},
    "RobotClass": {},
    "Zone": {},
    "Door": {"joins": ["a", "b"], "readers": [{ODD: 1}]},
    "Interlock": {},
    "Contract": {"grants": [{ODD: 1, "during": {ODD: 1}, "where": {"action.value": {ODD: 1}}, "escort": {ODD: 1}}]},
    "CardPool": {},
    "Actor": {"unit": {ODD: 1}},
    "Rule": {"scope": {ODD: 1}},
    "Point": {"channels": [{ODD: 1, "panel": [{ODD: 1}], "api": {ODD: 1}}], "mode": {ODD: 1, "observe": [{ODD: 1}]}},
    "Sink": {},
    "Feed": {"fields": {ODD: 1}},
    "Bridge": {"type": "ldap"},
}
MAPPINGS = {"Calendar": 4, "Door": 2, "Contract": 5, "Actor": 2, "Rule": 2, "Point": 6, "Feed": 2}


def problems_of(kind: str) -> list[Problem]:
    """What reading the probe says about the odd fields: each remedy lists the fields that are known there."""
    _, problems = read_document({"kind": kind, "id": "x", ODD: 1, **PROBES[kind]})
    return [problem for problem in problems if problem.where.endswith(ODD)]


def fields_of(kind: str) -> set[str]:
    known = (re.search(r"Known here: (.+)\.", problem.remedy) for problem in problems_of(kind))
    return {name for match in known if match for name in match[1].split(", ")} - {"kind", "id", "version"}


def section_of(kind: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return re.split(r"(?m)^## ", text.partition(f"\n## {kind}\n")[2])[0]


def untold(kind: str, section: str) -> list[str]:
    """Fields that the section does not name in backticks, alone or as the end of a path."""
    return [name for name in sorted(fields_of(kind)) if not re.search(rf"`(?:[\w.\[\]]+\.)?{name}`", section)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_named_in_the_section_of_its_kind(kind):
    assert untold(kind, section_of(kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_probe_reaches_every_mapping(kind):
    assert len(problems_of(kind)) == MAPPINGS.get(kind, 1)
    assert len(fields_of(kind)) >= 1


@pytest.mark.parametrize("kind", BridgeType)
def test_every_option_of_each_type_of_bridge_stands_in_its_part_of_the_section(kind):
    part = section_of("Bridge").partition(f"### `type: {kind}`\n")[2].partition("\n### ")[0]
    assert [each.name for each in OPTIONS[kind] if f"`{each.name}`" not in part] == []


def test_a_field_that_is_not_named_is_found():
    assert "purpose" in untold("Actor", section_of("Actor").replace("`purpose`", "purpose"))


def applied(texts: Iterator[tuple[str, str]]) -> Registry:
    """What the texts declare, one applied after the other."""
    registry = Registry()
    for where, text in texts:
        made = plan(
            registry,
            read_manifests(text, where),
            is_timezone=lambda name: bool(transitions(name)),
            rule_faults=rule_faults,
        )
        record = {"kind": "declared", "seq": registry.seq + 1, "at": "2026-11-22T12:00:00.000000Z"}
        fold(registry, record | {"changes": made.changes})
    return registry


def test_every_example_can_be_applied():
    registry = applied((block.where, block.code) for block in blocks(PAGE, "yaml"))
    assert [kind for kind in KINDS if not registry.table(kind)] == []
