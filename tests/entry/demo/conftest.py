import pytest

from nameplate.boot.simulation import Floor, read_floor
from nameplate.entry.demo.fleet import building_text


@pytest.fixture(scope="session")
def floor() -> Floor:
    """The building of the demonstration."""
    return read_floor(building_text())
