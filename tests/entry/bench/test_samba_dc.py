"""What needs no domain; the domain itself is tried by the follower's tests and by the benchmark."""

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.entry.bench.samba_dc import SambaDc, computer, running_samba, user


def test_each_has_a_loopback_address_to_itself_and_says_how_it_is_reached(tmp_path):
    samba = SambaDc(tmp_path)
    assert samba.host.startswith("127.53.")
    assert samba.url == f"ldap://{samba.host}"


def test_accounts_have_what_the_schema_asks_for():
    assert computer("amr", cn="x")["sAMAccountName"] == ["amr$"]
    assert user("anna")["userAccountControl"] == ["544"]


def test_without_samba_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(Unavailable, match="apt-get install"), running_samba(tmp_path / "s"):
        pass
