import os

import pytest

from nameplate.boot.floor_plans import KEPT_S, MAX_BYTES, MOST, FloorPlanFiles
from nameplate.domain.errors import Invalid, NotFound, Unavailable


def test_what_is_kept_is_read_again_by_its_digest(tmp_path):
    files = FloorPlanFiles(tmp_path)
    digest = files.keep("name: é\n")
    assert files.keep("name: é\n") == digest
    assert files.read(digest) == "name: é\n"
    (path,) = tmp_path.iterdir()
    assert (path.name, path.stat().st_mode & 0o777) == (f"{digest}.yaml", 0o600)


def test_what_is_gone_or_was_altered_is_not_drawn(tmp_path):
    files = FloorPlanFiles(tmp_path)
    digest = files.keep("name: a\n")
    (tmp_path / f"{digest}.yaml").write_text("name: b\n")
    with pytest.raises(Unavailable, match="altered"):
        files.read(digest)
    with pytest.raises(NotFound):
        files.read("ab" * 32)


def test_there_is_a_bound(tmp_path):
    with pytest.raises(Invalid):
        FloorPlanFiles(tmp_path).keep("é" * (MAX_BYTES // 2 + 1))
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_names_goes_after_a_while(tmp_path):
    files = FloorPlanFiles(tmp_path)
    old, new, named = (files.keep(f"name: {each}\n") for each in ("old", "new", "named"))
    for digest in (old, named):
        path = tmp_path / f"{digest}.yaml"
        before = path.stat().st_mtime - KEPT_S - 1
        os.utime(path, (before, before))
    files.tidy({named})
    assert {path.stem for path in tmp_path.iterdir()} == {new, named}


def test_few_plans_are_kept_that_nobody_names(tmp_path):
    files = FloorPlanFiles(tmp_path)
    digests = [files.keep(f"name: {number}\n") for number in range(MOST + 3)]
    files.tidy(digests[:1])
    assert len(list(tmp_path.iterdir())) == MOST + 1
    assert files.read(digests[0])
