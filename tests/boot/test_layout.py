import pytest

from nameplate.boot.layout import VERSION, require_layout
from nameplate.boot.paths import Paths
from nameplate.domain.errors import Unavailable


@pytest.fixture(name="paths")
def paths_fixture(tmp_path):
    paths = Paths(tmp_path)
    paths.create()
    return paths


def test_a_new_directory_gets_the_version_of_now(paths):
    assert require_layout(paths) == VERSION
    assert paths.format.read_text() == f"nameplate-data/{VERSION}\n"
    assert require_layout(paths) == VERSION


def test_one_with_a_journal_and_without_a_version_is_of_version_1_and_brought_up_once(paths):
    (paths.journal / "00000000000000000001.journal").touch()
    assert require_layout(paths) == 1
    assert require_layout(paths) == VERSION


def test_a_newer_one_is_refused_and_left_alone(paths):
    paths.format.write_text(f"nameplate-data/{VERSION + 1}\n")
    with pytest.raises(Unavailable, match="newer version"):
        require_layout(paths)
    assert paths.format.read_text() == f"nameplate-data/{VERSION + 1}\n"


@pytest.mark.parametrize("junk", ["", "2\n", "nameplate-data/0\n", "nameplate-data/2", "nameplate-data/2\n\n", "\xff"])
def test_what_says_nothing_is_refused(paths, junk):
    paths.format.write_text(junk, encoding="utf-8")
    with pytest.raises(Unavailable):
        require_layout(paths)
