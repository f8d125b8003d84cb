"""Where passkeys are bound to."""

import pytest

from nameplate.boot.passkeys import ceremony, site
from nameplate.boot.settings import PeopleSettings, Settings
from nameplate.domain.errors import Invalid


def test_people_reach_this_machine_by_name_unless_something_else_is_set(tmp_path):
    assert site(Settings(data=tmp_path), 8470) == ("http://localhost:8470", "localhost")
    url = "https://nameplate.clinic.example:8443"
    assert site(Settings(data=tmp_path, people=PeopleSettings(url=url)), 1) == (url, "nameplate.clinic.example")


@pytest.mark.parametrize("url", ["http://clinic.example", "https://x.example/", "ftp://x", "localhost", "https://x y#"])
def test_an_address_that_no_passkey_could_be_bound_to_is_refused(tmp_path, url):
    with pytest.raises(Invalid):
        Settings.read(data=tmp_path, people={"url": url})


def test_the_ceremony_is_loaded_once():
    assert ceremony() is ceremony()
