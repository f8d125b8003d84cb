"""A terminal is signed in by somebody who confirms it, and keeps the token for its user alone."""

import json
import os

import pytest

from nameplate.domain.errors import Invalid, Refused, Unavailable
from nameplate.entry.bench.workload import free_port
from nameplate.entry.client import client
from nameplate.entry.login import file, keep, kept, normal, sign_in, sign_out
from tests.entry.owner import Owner

HERE = "https://nameplate.example"


class Enough(Exception):
    """A person loses patience."""


@pytest.fixture(name="tokens", autouse=True)
def tokens_fixture(tmp_path, monkeypatch):
    path = tmp_path / "kept" / "login.json"
    monkeypatch.setenv("NAMEPLATE_LOGIN", str(path))
    return path


@pytest.fixture(name="owner", scope="module")
def owner_fixture(file_world):
    return Owner(file_world.server)


def signed_in(owner, step="confirmation"):
    """Sign a terminal in, by a person who does `step` before it asks for the first time."""
    codes = []
    return sign_in(
        owner.origin,
        lambda _, code: codes.append(code),
        lambda _: owner.post(f"/v1/devices/{codes[0]}/{step}") and None,
    )


def test_whoever_confirms_it_is_signed_in_and_the_token_is_kept(owner, tokens):
    found = signed_in(owner)
    assert (found["person"], found["roles"]) == ("p-local", ["owner"])
    token = kept(owner.origin)
    assert token.startswith("nps_")
    assert token not in json.dumps(found)
    assert token != owner.token
    assert client(None, owner.origin, token).get("/v1/me")["person"] == "p-local"
    assert tokens.stat().st_mode & 0o777 == 0o600
    assert tokens.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in tokens.parent.iterdir()] == [tokens.name]


def test_the_person_is_told_where_to_go_and_the_terminal_slows_down_when_told_to(owner):
    told, waited = [], []

    def wait(seconds):
        waited.append(seconds)
        if len(waited) == 4:
            raise Enough

    with pytest.raises(Enough):
        sign_in(owner.origin, lambda url, code: told.append((url, code)), wait)
    ((url, code),) = told
    assert url == f"{owner.origin}/console/device?code={code}"
    assert waited == [5.0, 5.0, 10.0, 15.0]
    with pytest.raises(Refused):
        kept(owner.origin)


def test_a_refused_code_signs_nobody_in(owner, tokens):
    with pytest.raises(Invalid) as caught:
        signed_in(owner, "refusal")
    assert caught.value.code == "access_denied"
    assert not tokens.exists()


def test_signing_out_ends_the_session_at_the_server_too(owner, tokens):
    signed_in(owner)
    token = kept(owner.origin)
    sign_out(owner.origin)
    with pytest.raises(Refused):
        client(None, owner.origin, token).get("/v1/me")
    with pytest.raises(Refused, match="not signed in"):
        sign_out(owner.origin)
    assert token not in tokens.read_text()


def test_a_token_is_forgotten_also_where_the_server_is_gone(tokens):
    gone = f"http://127.0.0.1:{free_port()}"
    keep(gone, "nps_x")
    keep(HERE, "nps_y")
    sign_out(gone)
    assert json.loads(tokens.read_text()) == {HERE: "nps_y"}


def test_nobody_is_signed_in_by_a_server_that_is_not_there(tokens):
    with pytest.raises(Unavailable):
        sign_in(f"http://127.0.0.1:{free_port()}", lambda *_: None, lambda _: None)
    assert not tokens.exists()


def test_each_server_has_a_token_of_its_own_whatever_way_it_is_written():
    keep(f"{HERE}/", "nps_1")
    keep("https://OTHER.example:8443/console", "nps_2")
    assert kept("HTTPS://Nameplate.Example") == "nps_1"
    assert kept("https://other.example:8443") == "nps_2"
    for another in ("https://other.example", "https://nameplate.example.evil.example", f"{HERE}:444"):
        with pytest.raises(Refused, match="not signed in"):
            kept(another)


@pytest.mark.parametrize(
    "server",
    [
        "",
        "nameplate.example",
        "ftp://nameplate.example",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://[::1",
        "https://[x]",
        "https://host:port",
        "https://host:99999",
        "https://host:0",
        "//nameplate.example",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_url_of_a_server_gets_no_token(server):
    for act in (normal, kept, sign_out, lambda each: keep(each, "nps_x")):
        with pytest.raises(Invalid):
            act(server)


@pytest.mark.parametrize(
    "server",
    [
        "http://nameplate.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://127.0.0.1.evil.example",
        "http://0.0.0.0",
        "http://192.0.2.1:8470",
    ],
)
def test_a_token_does_not_travel_in_the_clear_beyond_this_machine(server, tokens):
    with pytest.raises(Invalid, match="https only"):
        keep(server, "nps_x")
    with pytest.raises(Invalid, match="https only"):
        sign_in(server, lambda *_: None, lambda _: None)
    assert not tokens.exists()


def test_on_this_machine_it_may():
    for server in ("http://localhost:8470", "http://127.0.0.1:8470", "http://[::1]:8470"):
        assert normal(f"{server}/x") == server


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "\x00", '{"https://nameplate.example": ""}'])
def test_a_file_that_cannot_be_read_holds_no_token_and_is_replaced(tokens, text):
    tokens.parent.mkdir()
    tokens.write_text(text)
    with pytest.raises(Refused, match="not signed in"):
        kept(HERE)
    keep(HERE, "nps_x")
    assert kept(HERE) == "nps_x"


def test_bytes_that_are_no_text_hold_no_token(tokens):
    tokens.parent.mkdir()
    tokens.write_bytes(b"\xff\xfe")
    with pytest.raises(Refused):
        kept(HERE)


def test_a_file_that_others_could_read_is_theirs_no_more_once_it_is_written(tokens):
    tokens.parent.mkdir()
    tokens.write_text("{}")
    tokens.chmod(0o644)
    keep(HERE, "nps_x")
    assert tokens.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_one_left_is_in_nobody_s_way(tokens):
    tokens.parent.mkdir()
    tokens.with_suffix(f".{os.getpid()}").write_text("half")
    keep(HERE, "nps_x")
    assert kept(HERE) == "nps_x"
    assert [each.name for each in tokens.parent.iterdir()] == [tokens.name]


def test_a_link_that_somebody_laid_is_not_followed(tokens, tmp_path):
    tokens.parent.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("mine")
    tokens.with_suffix(f".{os.getpid()}").symlink_to(victim)
    keep(HERE, "nps_x")
    assert victim.read_text() == "mine"


def test_tokens_lie_where_the_user_s_configuration_does(monkeypatch, tmp_path):
    monkeypatch.delenv("NAMEPLATE_LOGIN")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert file() == tmp_path / "xdg" / "nameplate" / "login.json"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert file() == tmp_path / ".config" / "nameplate" / "login.json"
