from collections import Counter
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
import yaml

from nameplate.entry.demo.fleet import (
    FLEET,
    PASS_S,
    PUBLIC,
    TIMEZONE,
    actors_text,
    building_text,
    contracts_text,
    point_text,
    utc_now,
)


def documents(text, kind):
    return [document for document in yaml.safe_load_all(text) if document["kind"] == kind]


def test_a_dozen_robots_of_three_roles_stand_on_the_lanes(floor):
    assert len(FLEET) >= 12
    assert len({member.role.contract for member in FLEET}) == 3
    assert {member.start for member in FLEET} <= set(floor.graph.nodes)
    for name in ("letter", "id", "serial"):
        assert max(Counter(getattr(member, name) for member in FLEET).values()) == 1


def test_contracts_name_zones_that_the_building_has(floor):
    zones = {f"zone:{zone.id}" for zone in floor.plan.zones}
    for contract in documents(contracts_text(utc_now()), "Contract"):
        for resource in (resource for grant in contract["grants"] for resource in grant["resources"]):
            assert any(zone == resource or zone.startswith(resource.removesuffix("*")) for zone in zones), resource


def test_every_robot_has_an_owner_and_a_contract_that_are_declared():
    declared = contracts_text(utc_now())
    teams, contracts = ({each["id"] for each in documents(declared, kind)} for kind in ("Team", "Contract"))
    for actor in documents(actors_text(), "Actor"):
        assert (actor["owner"] in teams, actor["contract"] in contracts) == (True, True)


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_window_is_closed_whenever_the_demonstration_is_shown(hour):
    now = datetime(2026, 11, 22, hour, 59, 59, tzinfo=UTC)
    windows = [
        grant["during"]
        for contract in documents(contracts_text(now), "Contract")
        for grant in contract["grants"]
        if "during" in grant
    ]
    here = now.astimezone(ZoneInfo(TIMEZONE)).time()
    assert len(windows) == 2
    for window in windows:
        start, end = (time.fromisoformat(window[name]) for name in ("from", "to"))
        assert not (start <= here < end if start < end else here >= start or here < end)


def test_corridors_are_public_and_nothing_else_is(floor):
    assert {zone.id for zone in floor.plan.zones if "corridor" in zone.id} == PUBLIC


def test_each_door_gets_a_line_of_its_own():
    (point,) = documents(point_text({"L1-b": "pty:/dev/pts/2", "L1-a": "pty:/dev/pts/1"}), "Point")
    assert [(each["door"], each["to"]) for each in point["channels"]] == [
        ("L1-a", "pty:/dev/pts/1"),
        ("L1-b", "pty:/dev/pts/2"),
    ]
    assert point["channels"][0]["pass"] == f"{PASS_S:g}s"


def test_the_building_is_a_text():
    assert "pharmacy_entrance" in building_text()
