"""The device flow, step by step (RFC 8628), and whoever guesses, hurries or is too late."""

import pytest

from nameplate.entry.decide.devices import GRANT, INTERVAL_S, LIFE_US, MAX_GUESSES
from tests.entry.decide.crowd import ORIGIN, Somebody, crowd


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        yield made


@pytest.fixture(name="terminal")
def terminal_fixture(people):
    return Terminal(people)


class Terminal:
    """Something without a browser."""

    def __init__(self, people):
        self.people, self.nobody = people, Somebody(people, "")
        self.routes = people.process.app.routes["POST", "/device/token"].__self__
        self.now = people.parts.sessions.clock()
        self.routes._clock = lambda: self.now  # noqa: SLF001 - nobody waits in a test
        self.begun = self.nobody.post("/device/authorization", cookie="").json
        self.code = self.begun["user_code"]

    def ask(self, **changed):
        self.now += (INTERVAL_S + 1) * 1_000_000
        return self.ask_at_once(**changed)

    def ask_at_once(self, **changed):
        asked = {"grant_type": GRANT, "device_code": self.begun["device_code"]} | changed
        return self.nobody.post("/device/token", asked, cookie="", origin="")


def error(answer):
    assert answer.status == 400
    return answer.json["error"]


def test_a_terminal_is_signed_in_as_whoever_confirms_its_code(people, terminal):
    assert terminal.begun["verification_uri_complete"] == f"{ORIGIN}/console/device?code={terminal.code}"
    assert error(terminal.ask()) == "authorization_pending"
    ada = people.person("ada", "operators")
    assert ada.post(f"/v1/devices/{terminal.code}/confirmation").json["state"] == "confirmed"
    answer = terminal.ask()
    assert answer.json["token_type"] == "Bearer"
    assert answer.headers[b"cache-control"] == b"no-store"
    bearer = {"cookie": "", "origin": "", "authorization": f"Bearer {answer.json['access_token']}"}
    assert ada.call("GET", "/v1/me", **bearer).json["person"] == "p-ada"
    assert error(terminal.ask()) == "expired_token", "once"


def test_it_is_asked_for_as_a_form_too(people, terminal):
    people.person("ada", "operators").post(f"/v1/devices/{terminal.code}/confirmation")
    body = f"grant_type={GRANT.replace(':', '%3A')}&device_code={terminal.begun['device_code']}&client_id=x".encode()
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert people.ask("POST", "/device/token", body, form).json["access_token"].startswith("nps_")
    for odd in (b"", b"grant_type=x", b"\xff=\xfe", b"a=b&" * 50):
        assert people.ask("POST", "/device/token", odd, form).status == 400


def test_whoever_hurries_is_slowed_down(terminal):
    assert error(terminal.ask()) == "authorization_pending"
    assert error(terminal.ask_at_once()) == "slow_down"
    assert error(terminal.ask()) == "slow_down", "five seconds more from now on"
    terminal.now += 60_000_000
    assert error(terminal.ask()) == "authorization_pending"


def test_a_code_is_refused_expires_and_is_not_guessed(people, terminal):
    ada = people.person("ada", "operators")
    assert error(terminal.ask(device_code="x")) == "expired_token"
    assert error(terminal.ask(grant_type="password")) == "unsupported_grant_type"
    assert ada.post(f"/v1/devices/{terminal.code}/refusal").json["state"] == "refused"
    assert ada.post(f"/v1/devices/{terminal.code}/confirmation").status == 404
    assert error(terminal.ask()) == "access_denied"
    terminal.begun = terminal.nobody.post("/device/authorization", cookie="").json
    terminal.now += LIFE_US
    assert error(terminal.ask()) == "expired_token"
    assert ada.post(f"/v1/devices/{terminal.begun['user_code']}/confirmation").status == 404


def test_who_guesses_too_often_is_not_heard_any_more(people, terminal):
    ada = people.person("ada", "operators")
    for _ in range(MAX_GUESSES):
        assert ada.post("/v1/devices/BCDF-GHJK/confirmation").status == 404
    assert ada.post(f"/v1/devices/{terminal.code}/confirmation").status == 403


def test_only_a_person_at_a_browser_confirms(people, terminal):
    path = f"/v1/devices/{terminal.code}/confirmation"
    ada = people.person("ada", "operators")
    bearer = {"cookie": "", "origin": "", "authorization": f"Bearer {ada.token}"}
    assert ada.post(path, **bearer).status == 403, "a terminal makes no further ones"
    assert terminal.nobody.post(path, cookie="").status == 401
    assert people.machine(path).status == 403
    assert ada.post(path, origin="https://evil.example").status == 403


def test_too_many_do_not_wait(people, terminal, monkeypatch):
    monkeypatch.setattr("nameplate.entry.decide.devices.MAX_WAITING", 1)
    assert terminal.nobody.post("/device/authorization", cookie="").status == 503
