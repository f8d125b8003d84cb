from datetime import date
from typing import Any

import pytest

from nameplate.domain.actors import Actor, ActorType, State, Tier, Unit
from nameplate.domain.manifests.documents import from_document, read_document, to_document

UNIT = {"manufacturer": "Acme", "model": "T3", "serial": "T3-00417"}


def robot(**fields: object) -> dict[str, Any]:
    return {"kind": "Actor", "id": "amr-17", "type": "robot", "unit": dict(UNIT)} | fields


def told(**fields: object) -> set[str]:
    return {problem.where for problem in read_document(robot(**fields))[1]}


def test_an_actor_is_read():
    whole = robot(
        owner="ops", purpose="Carries", state="active", tier="high", review_every="90d", retire_by="2027-06-30"
    )
    assert from_document(whole, "clinic") == Actor(
        "amr-17",
        ActorType.ROBOT,
        "clinic",
        Unit("Acme", "T3", "T3-00417"),
        owner="ops",
        purpose="Carries",
        tier=Tier.HIGH,
        initial=State.ACTIVE,
        review_every_days=90,
        retire_by=date(2027, 6, 30),
    )


def test_defaults_are_not_written():
    assert to_document(from_document(robot(tier="medium", state="staged"))) == robot(site="default")


def test_a_robot_is_a_physical_unit():
    mapping = robot()
    del mapping["unit"]
    assert [problem.where for problem in read_document(mapping)[1]] == ["unit"]
    assert read_document(mapping | {"type": "bot"})[1] == []


@pytest.mark.parametrize("key", ["manufacturer", "model", "serial"])
def test_a_unit_says_who_made_it_and_which_one_it_is(key):
    unit = {name: text for name, text in UNIT.items() if name != key}
    assert told(unit=unit) == {f"unit.{key}"}


@pytest.mark.parametrize("state", ["suspended", "retired", "quarantined", "in_repair", "Active", True])
def test_only_staged_and_active_are_states_to_start_in(state):
    assert told(state=state) == {"state"}


def test_an_actor_starts_active_only_with_an_owner_and_a_purpose():
    assert told(state="active") == {"owner", "purpose"}
    assert told(state="active", owner="ops") == {"purpose"}
    assert told(state="active", owner="ops", purpose="Carries") == set()


def test_only_a_unit_can_succeed_and_never_itself():
    assert told(succeeds="amr-16") == set()
    assert told(succeeds="amr-17") == {"succeeds"}
    bot = {"kind": "Actor", "id": "bot", "type": "bot", "succeeds": "older"}
    assert [problem.where for problem in read_document(bot)[1]] == ["succeeds"]
