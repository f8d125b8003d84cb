"""What is installed is whole: pages load nothing from elsewhere, so each file that they need travels along."""

import zipfile

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.house.tree import ROOT, SOURCE, files


@pytest.fixture(scope="module", name="names")
def names_fixture(tmp_path_factory):
    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"]))
    with zipfile.ZipFile(built) as wheel:
        return set(wheel.namelist())


def test_everything_beside_the_code_is_in_the_wheel(names):
    beside = {path.relative_to(SOURCE.parent).as_posix() for path in files(SOURCE) if path.suffix != ".py"}
    assert {path.rpartition(".")[2] for path in beside} >= {"css", "js", "svg", "html", "yaml"}
    assert beside - names == set()


def test_nothing_else_is(names):
    assert [name for name in names if not name.startswith(("nameplate/", "nameplate-"))] == []
