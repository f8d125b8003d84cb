import pytest

from nameplate.keys.file import Passphrase, PassphraseMissing, StoreExposed, find_passphrase
from nameplate.keys.file.private import write_private


@pytest.fixture(name="credentials")
def credentials_fixture(tmp_path):
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "nameplate-passphrase").write_bytes(b"from systemd\n")
    (tmp_path / "credentials" / "nameplate-passphrase").chmod(0o440)
    return {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}


def given(tmp_path, value=b"from a file\r\n"):
    write_private(tmp_path / "given", value)
    return tmp_path / "given"


def test_the_systemd_credential_comes_first(tmp_path, credentials):
    assert find_passphrase(tmp_path / "keys", given(tmp_path), credentials) == (b"from systemd", "", False)
    assert not (tmp_path / "keys").exists()


def test_the_given_file_comes_second(tmp_path):
    assert find_passphrase(tmp_path / "keys", given(tmp_path), {}) == (b"from a file", "", False)


def test_a_credentials_folder_without_ours_changes_nothing(tmp_path):
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert find_passphrase(tmp_path / "keys", given(tmp_path), environ).value == b"from a file"


def test_a_given_file_that_is_missing_or_exposed_is_an_error_not_a_reason_to_look_elsewhere(tmp_path):
    with pytest.raises(PassphraseMissing):
        find_passphrase(tmp_path / "keys", tmp_path / "nothing", {})
    given(tmp_path).chmod(0o644)
    with pytest.raises(StoreExposed):
        find_passphrase(tmp_path / "keys", tmp_path / "given", {})
    assert not (tmp_path / "keys").exists()


def test_else_one_is_made_kept_and_warned_about(tmp_path):
    first = find_passphrase(tmp_path / "keys", None, {})
    assert len(first.value) >= 32
    assert "beside it" in first.warning
    assert first.fresh
    assert find_passphrase(tmp_path / "keys", None, {}) == first._replace(fresh=False)
    assert find_passphrase(tmp_path / "others", None, {}) != first


def test_one_that_lay_there_may_have_been_chosen_by_somebody(tmp_path):
    find_passphrase(tmp_path / "keys", None, {})
    (tmp_path / "keys" / "passphrase").write_bytes(b"summer 2026\n")
    assert not find_passphrase(tmp_path / "keys", None, {}).fresh


def test_none_is_made_for_a_store_that_is_there_already(tmp_path):
    find_passphrase(tmp_path / "keys", None, {})
    (tmp_path / "keys" / "passphrase").unlink()
    write_private(tmp_path / "keys" / "store", b"sealed")
    with pytest.raises(PassphraseMissing):
        find_passphrase(tmp_path / "keys", None, {})
    assert not (tmp_path / "keys" / "passphrase").exists()


@pytest.mark.parametrize("value", [b"", b"\n", b"short\n", b"x" * 5_000])
def test_a_passphrase_too_short_or_too_long_is_refused(tmp_path, value):
    with pytest.raises(PassphraseMissing, match="8 to 4096"):
        find_passphrase(tmp_path / "keys", given(tmp_path, value), {})


def test_a_passphrase_does_not_show_itself():
    assert "hunter22" not in f"{Passphrase(b'hunter22', '')!r} {Passphrase(b'hunter22', '')}"
