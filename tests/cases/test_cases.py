"""Decisions as people read them: `world.yaml` and the cases beside it, put to the reference and to the index."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from nameplate.boot.timezones import transitions
from nameplate.bridges.manifest_yaml import read
from nameplate.domain import reference
from nameplate.domain.actors import Actor, Standing, State
from nameplate.domain.calendars import Calendar
from nameplate.domain.contracts import Contract
from nameplate.domain.index import Index
from nameplate.domain.manifests.documents import from_document
from nameplate.domain.networks import parse_address
from nameplate.domain.places import Door, Site, Zone
from nameplate.domain.requests import AccessRequest
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.domain.verdicts import Verdict
from tests.domain.index.worlds import World, wall

HERE = Path(__file__).parent
USUAL = {"actor": "amr-17", "action": "enter", "at": "2026-11-23T10:00:00+01:00", "presence": "reader"}
TABLES = {Site: "sites", Calendar: "calendars", Zone: "zones", Door: "doors", Contract: "contracts", Actor: "actors"}
TIMES = ("at", "credential_at", "cut_off")


def cases() -> list[Any]:
    lists = [file for file in sorted(HERE.glob("*.yaml")) if file.stem != "world"]
    read_in = [(file.stem, case) for file in lists for case in yaml.safe_load(file.read_text(encoding="utf-8"))]
    return [pytest.param(case, id=f"{stem}: {case['case']}") for stem, case in read_in]


def world() -> World:
    facts = World()
    for document in read((HERE / "world.yaml").read_text(encoding="utf-8"), "world.yaml"):
        value = from_document(document.mapping, "clinic")
        if type(value) in TABLES:
            value = replace(value, revision=1) if isinstance(value, Contract) else value
            getattr(facts, TABLES[type(value)])[value.id] = value
    facts.standings = {actor.id: Standing(actor.initial) for actor in facts.actors.values()}
    return facts


def in_values(fields: dict[str, Any]) -> dict[str, Any]:
    converted = dict(fields)
    for name in TIMES:
        if name in fields:
            converted[name] = parse_rfc3339(fields[name])
            assert converted[name] is not None
    if "ip" in fields:
        converted["ip"] = parse_address(fields["ip"])
        assert converted["ip"] is not None
    if "state" in fields:
        converted["state"] = State(fields["state"])
    return converted


def check(verdict: Verdict, expect: dict[str, Any]) -> None:
    found = verdict._asdict() | {"decision": "permit" if verdict.permit else "deny", "reasons": list(verdict.reasons)}
    assert {name: found[name] for name in expect} == expect


@pytest.mark.parametrize("case", cases())
def test_the_case_is_decided_as_written(case: dict[str, Any]) -> None:
    facts = world()
    request = AccessRequest(**in_values(USUAL | case["ask"]))
    if "standing" in case:
        facts.standings[request.actor] = replace(facts.standings[request.actor], **in_values(case["standing"]))
    facts.fires = {f"door-{site}": site for site in case.get("fires", ())}
    index = Index(transitions)
    index.fill(facts)
    check(reference.decide(facts, request, wall), case["expect"])
    check(index.decide(request, 0.0), case["expect"])


def test_every_case_has_its_own_name() -> None:
    names = [case.id for case in cases()]
    assert len(names) == len(set(names)) > 60
