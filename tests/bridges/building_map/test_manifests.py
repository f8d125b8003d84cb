import pytest
import yaml

from nameplate.bridges.building_map.manifests import manifests, to_yaml
from nameplate.bridges.building_map.model import Problem
from nameplate.bridges.building_map.plan import Plan
from nameplate.bridges.building_map.reader import read_building
from nameplate.bridges.building_map.zones import derive_zones
from tests.bridges.building_map.sketch import Sketch


@pytest.fixture
def plan() -> Plan:
    drawing = (
        Sketch().room(0, 0, 4, 4).room(4, 0, 9, 4).place("a", (1, 1)).place("b", (8, 1)).door("gap", (4, 1), (4, 2))
    )
    return derive_zones(read_building(drawing.text()))


def test_a_plan_becomes_a_site_its_zones_and_its_doors(plan: Plan) -> None:
    assert manifests(plan, "clinic", "Europe/Berlin", public={"L1-a"}) == [
        {"kind": "Site", "id": "clinic", "timezone": "Europe/Berlin"},
        {"kind": "Zone", "id": "L1-a", "site": "clinic", "public": True},
        {"kind": "Zone", "id": "L1-b", "site": "clinic"},
        {
            "kind": "Door",
            "id": "L1-gap",
            "site": "clinic",
            "joins": ["L1-a", "L1-b"],
            "readers": [{"id": "r1", "side": "L1-a"}, {"id": "r2", "side": "L1-b"}],
        },
    ]


def test_no_zone_is_public_unless_named(plan: Plan) -> None:
    assert not any("public" in document for document in manifests(plan, "clinic", "UTC"))


def test_a_public_zone_that_does_not_exist_is_an_error(plan: Plan) -> None:
    with pytest.raises(KeyError, match="L1-c"):
        manifests(plan, "clinic", "UTC", public=["L1-c"])


def test_the_text_reads_back_as_the_documents(plan: Plan) -> None:
    documents = manifests(plan, "clinic", "UTC")
    text = to_yaml(documents, [Problem("error", "L1", "it is bad", "lab", "Mend it.")])
    assert text.startswith("# error: L1, lab: it is bad. Mend it.\n")
    assert list(yaml.safe_load_all(text)) == documents


@pytest.mark.parametrize("end", ["\n", "\r", "\x85", "\u2028"])
def test_a_name_cannot_write_manifests_of_its_own(end: str) -> None:
    hostile = Problem("error", "L1", "it is bad", f"x{end}kind: Zone", "Mend it.")
    assert list(yaml.safe_load_all(to_yaml([], [hostile]))) == []


def test_the_clinic_becomes_valid_manifests(clinic_plan: Plan) -> None:
    plan = clinic_plan
    documents = manifests(plan, "clinic", "Asia/Singapore")
    kinds = [document["kind"] for document in documents]
    assert [kinds.count(kind) for kind in ("Site", "Zone", "Door")] == [1, 74, 127]
    assert len({(document["kind"], document["id"]) for document in documents}) == len(documents)
    text = to_yaml(documents, plan.problems)
    assert list(yaml.safe_load_all(text)) == documents
    assert sum(line.startswith("# error: ") for line in text.splitlines()) == 5
