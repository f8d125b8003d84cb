"""Passkeys are bound to the address under which people reach the server: it is never guessed from outside."""

import subprocess
import sys

import pytest

from nameplate.boot.passkeys import ceremony, site
from nameplate.boot.settings import Settings
from nameplate.domain.errors import Invalid
from nameplate.keys.webauthn import WebauthnCeremony
from nameplate.ports.passkeys import Site


def settings(tmp_path, **more):
    return Settings.read(data=tmp_path, **more)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://nameplate.clinic.example", Site("https://nameplate.clinic.example", "nameplate.clinic.example")),
        ("https://clinic.example:8443", Site("https://clinic.example:8443", "clinic.example")),
        ("http://localhost:9000", Site("http://localhost:9000", "localhost")),
        ("", Site("http://localhost:8470", "localhost")),
    ],
)
def test_a_site_is_what_the_setting_says_else_this_machine(tmp_path, url, expected):
    assert site(settings(tmp_path, people={"url": url}), 8470) == expected


def test_with_a_certificate_the_origin_is_that_of_tls(tmp_path):
    tls = {"certificate": tmp_path / "server.pem", "key": tmp_path / "server.key"}
    assert site(settings(tmp_path, tls=tls), 1234) == Site("https://localhost:1234", "localhost")


def test_beyond_loopback_without_a_certificate_there_is_no_site(tmp_path):
    with pytest.raises(Invalid):
        site(settings(tmp_path, host="0.0.0.0"), 8470)  # noqa: S104 - to see that it is not taken


@pytest.mark.parametrize(
    "url",
    [
        "http://nameplate.clinic.example",
        "http://localhost.evil.example",
        "https://clinic.example/console",
        "https://clinic.example?x",
        "https://clinic.example#x",
        "ftp://clinic.example",
        "clinic.example",
        "https://",
    ],
)
def test_an_address_that_passkeys_could_not_be_bound_to_is_no_setting(tmp_path, url):
    with pytest.raises(Invalid):
        settings(tmp_path, people={"url": url})


def test_there_is_one_ceremony():
    assert isinstance(ceremony(), WebauthnCeremony)
    assert ceremony() is ceremony()


def test_the_library_is_not_loaded_before_it_is_needed():
    look = "print('webauthn' in sys.modules)"
    code = f"import sys, nameplate.boot.passkeys as asked; {look}; asked.ceremony(); {look}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
