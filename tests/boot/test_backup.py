"""What a backup holds and who signs for it, without a server."""

import asyncio
from contextlib import closing

import pytest

from nameplate.boot.archive import check_seal, unpack
from nameplate.boot.backup import back_up
from nameplate.boot.deciding import open_keys
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings
from nameplate.domain.errors import Conflict, NotFound
from tests.boot.test_recovery import write


def nobody(_digest):
    raise AssertionError("no server runs here")


@pytest.fixture(name="data")
def data_fixture(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    asyncio.run(write(Settings.read(data=data), 5))
    (data / "nameplate.toml").write_text("port = 8471\n")
    (data / "cursors" / "siem.json").write_text("{}\n")
    return data


def test_everything_that_a_server_needs_is_in_it_and_the_passphrase_is_not(data, tmp_path):
    done = back_up(data, tmp_path / "b", nobody)
    assert (done.records, done.node) == (5, Paths(data).node.read_text().strip())
    assert check_seal(tmp_path / "b").key.name == f"nameplate/{done.node}"
    (tmp_path / "out").mkdir()
    unpack(tmp_path / "b", tmp_path / "out")
    found = {str(path.relative_to(tmp_path / "out")) for path in tmp_path.glob("out/**/*") if path.is_file()}
    small = {"node", "format", "nameplate.toml", "keys/store", "cursors/siem.json"}
    assert found == small | {f"journal/{name}" for name in ("head.0", "head.1", "node.vkey", f"{1:020d}.journal")}
    for name in small:
        assert (tmp_path / "out" / name).read_bytes() == (data / name).read_bytes()


def test_where_the_keys_are_in_use_the_server_signs(data, tmp_path):
    with closing(open_keys(Paths(data), Settings.read(data=data))), pytest.raises(AssertionError, match="no server"):
        back_up(data, tmp_path / "b", nobody)
    assert not (tmp_path / "b").exists()


def test_a_signature_of_somebody_else_makes_no_backup(data, tmp_path):
    with closing(open_keys(Paths(data), Settings.read(data=data))), pytest.raises(Conflict, match="changed"):
        back_up(data, tmp_path / "b", lambda _: bytes(64))
    assert not (tmp_path / "b").exists()


def test_no_file_is_written_over_and_no_server_made(data, tmp_path):
    (tmp_path / "b").write_text("precious")
    with pytest.raises(Conflict):
        back_up(data, tmp_path / "b", nobody)
    with pytest.raises(NotFound):
        back_up(tmp_path / "nothing", tmp_path / "c", nobody)
    assert not (tmp_path / "nothing").exists()
