import pytest

from nameplate.domain.errors import Unavailable
from nameplate.entry.bench import slapd
from nameplate.entry.bench.slapd import ADMIN, SUFFIX, device, person, running_slapd


def test_it_runs_while_the_block_lasts_and_its_data_survive_a_restart(require_peer, tmp_path):
    require_peer("slapd", slapd.INSTALL)
    with running_slapd(tmp_path / "s") as directory:
        directory.stop()
        directory.start()
        editor = directory.editor()
        editor.add(f"cn=a,ou=machines,{SUFFIX}", device("a"))
        editor.close()
    with pytest.raises(OSError, match="refused"):
        directory.editor()


def test_one_that_does_not_start_says_why(require_peer, tmp_path):
    require_peer("slapd", slapd.INSTALL)
    with running_slapd(tmp_path / "s") as directory:
        directory.stop()
        (tmp_path / "s" / "slapd.conf").write_text("nonsense\n")
        with pytest.raises(Unavailable, match="slapd"):
            directory.start()


def test_entries_have_what_their_classes_ask_for():
    assert device("amr", ou="robots")["ou"] == ["robots"]
    assert person("anna", "Anna Berg")["sn"] == ["Berg"]
    assert ADMIN.endswith(SUFFIX)
