from collections.abc import Callable
from pathlib import Path

import pytest

from nameplate.bridges.building_map.model import Building
from nameplate.bridges.building_map.plan import Plan
from nameplate.bridges.building_map.reader import read_building
from nameplate.bridges.building_map.zones import derive_zones

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def clinic_text(shared_data: Callable[[str], Path]) -> str:
    """The real two-level clinic of rmf_demos, which lies beside the repository."""
    return (shared_data("maps/clinic") / "clinic.building.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def clinic(clinic_text: str) -> Building:
    return read_building(clinic_text)


@pytest.fixture(scope="session")
def clinic_plan(clinic: Building) -> Plan:
    return derive_zones(clinic)


@pytest.fixture(scope="session")
def hospital_text() -> str:
    """The demonstration building."""
    return (ROOT / "src/nameplate/entry/demo/building.yaml").read_text(encoding="utf-8")
