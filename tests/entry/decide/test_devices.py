"""Signing terminals in (RFC 8628): a code counts once, for a while, for whoever confirms it in a browser."""

from urllib.parse import urlencode

import pytest

from nameplate.entry.decide.devices import GRANT, INTERVAL_S, LETTERS, LIFE_US, MAX_GUESSES, MAX_WAITING
from tests.entry.decide.crowd import ORIGIN, crowd

FORM = "application/x-www-form-urlencoded"
SECOND_US = 1_000_000


@pytest.fixture(name="crowd", scope="module")
def crowd_fixture(tmp_path_factory):
    with crowd(tmp_path_factory.mktemp("devices")) as made:
        yield made


@pytest.fixture(name="people")
def people_fixture(crowd):
    """With no terminal that waits, and the clock of everybody as it usually is."""
    routes, sessions = devices_of(crowd), crowd.parts.sessions
    usual, idle_us = routes.clock, sessions.idle_us
    yield crowd
    for each in list(routes._by_device.values()):  # noqa: SLF001 - so that the tests can share one process
        routes._drop(each)  # noqa: SLF001
    routes.clock = sessions.clock = usual
    sessions.idle_us = idle_us


def devices_of(people):
    return people.process.app.routes["POST", "/device/token"].__self__


def later(people, us):
    """The clock of terminals and of sessions."""
    routes = devices_of(people)
    now = routes.clock() + us
    routes.clock = people.parts.sessions.clock = lambda: now


def begin(people):
    return people.ask("POST", "/device/authorization", {"client_id": "x"}, {"content-type": "application/json"}).json


def ask(people, code, grant=GRANT):
    body = {"grant_type": grant, "device_code": code, "client_id": "x"}
    return people.ask("POST", "/device/token", body, {"content-type": "application/json"})


def error_of(people, code):
    answer = ask(people, code)
    assert answer.status == 400, answer
    assert answer.headers[b"content-type"] == b"application/problem+json"
    assert answer.headers[b"cache-control"] == b"no-store"
    return answer.json["error"]


def patiently(people, code):
    later(people, 30 * SECOND_US)
    return error_of(people, code)


def test_a_terminal_is_told_where_to_go_and_with_which_code(people):
    begun = begin(people)
    left, _, right = begun["user_code"].partition("-")
    assert len(left) == len(right) == 4
    assert set(left + right) <= set(LETTERS)
    assert begun["verification_uri"] == f"{ORIGIN}/console/device"
    assert begun["verification_uri_complete"] == f"{ORIGIN}/console/device?code={begun['user_code']}"
    assert (begun["expires_in"], begun["interval"]) == (600, 5)
    assert len(begun["device_code"]) >= 43
    assert begin(people)["device_code"] != begun["device_code"]


def test_until_somebody_confirms_it_the_code_is_pending_and_then_counts_once(people):
    ada, begun = people.person("ada", "viewers", passkey=False), begin(people)
    assert error_of(people, begun["device_code"]) == "authorization_pending"
    assert ada.post(f"/v1/devices/{begun['user_code']}/confirmation").json["state"] == "confirmed"
    later(people, 30 * SECOND_US)
    answer = ask(people, begun["device_code"])
    assert (answer.status, answer.headers[b"cache-control"], answer.json["token_type"]) == (200, b"no-store", "Bearer")
    bearer = {"authorization": f"Bearer {answer.json['access_token']}"}
    assert people.ask("GET", "/v1/me", None, bearer).json["person"] == "p-ada"
    assert patiently(people, begun["device_code"]) == "expired_token", "it was used"


def test_the_session_of_a_terminal_is_one_of_its_own(people):
    eve, begun = people.person("eve", "viewers", passkey=False), begin(people)
    eve.post(f"/v1/devices/{begun['user_code']}/confirmation")
    token = ask(people, begun["device_code"]).json["access_token"]
    assert token != eve.token
    found = people.parts.sessions.find(token)
    assert (found.person, found.client) == ("p-eve", "cli")
    assert eve.post("/v1/me/session/end").status == 200
    assert people.parts.sessions.find(token) is not None, "signing out of the browser ends only the browser's"


def test_who_asks_too_often_must_wait_longer_each_time(people):
    code = begin(people)["device_code"]
    assert error_of(people, code) == "authorization_pending"
    assert error_of(people, code) == "slow_down"
    later(people, (INTERVAL_S + 1) * SECOND_US)
    assert error_of(people, code) == "slow_down", "ten seconds by now"
    later(people, (3 * INTERVAL_S + 1) * SECOND_US)
    assert error_of(people, code) == "authorization_pending"


def test_a_confirmed_code_is_told_at_once_also_to_who_has_just_asked(people):
    ada, begun = people.person("ada", "viewers", passkey=False), begin(people)
    error_of(people, begun["device_code"])
    ada.post(f"/v1/devices/{begun['user_code']}/confirmation")
    assert ask(people, begun["device_code"]).status == 200
    assert error_of(people, begun["device_code"]) == "expired_token"


def test_a_code_ends_after_ten_minutes_confirmed_or_not(people):
    ada, first, second = people.person("ada", "viewers", passkey=False), begin(people), begin(people)
    ada.post(f"/v1/devices/{first['user_code']}/confirmation")
    later(people, LIFE_US)
    assert error_of(people, first["device_code"]) == "expired_token"
    assert error_of(people, second["device_code"]) == "expired_token"
    assert people.person("eve", passkey=False).post(f"/v1/devices/{second['user_code']}/confirmation").status == 404


def test_a_refused_code_is_refused_and_then_gone(people):
    ada, begun = people.person("ada", "viewers", passkey=False), begin(people)
    assert ada.post(f"/v1/devices/{begun['user_code']}/refusal").json["state"] == "refused"
    assert ada.post(f"/v1/devices/{begun['user_code']}/confirmation").status == 404
    assert error_of(people, begun["device_code"]) == "access_denied"
    assert error_of(people, begun["device_code"]) == "expired_token"


def test_a_code_is_confirmed_once_and_stays_whose_it_is(people):
    ada, eve, begun = people.person("ada", passkey=False), people.person("eve", passkey=False), begin(people)
    assert ada.post(f"/v1/devices/{begun['user_code']}/confirmation").status == 200
    for step in ("confirmation", "refusal"):
        assert eve.post(f"/v1/devices/{begun['user_code']}/{step}").status == 404
    token = ask(people, begun["device_code"]).json["access_token"]
    assert people.parts.sessions.find(token).person == "p-ada"


@pytest.mark.parametrize("how", ["signed out", "disabled", "disabled and back", "idle"])
def test_whoever_was_signed_out_meanwhile_signs_no_terminal_in(people, how):
    ada, begun = people.person("zoe", "owners", passkey=False), begin(people)
    ada.post(f"/v1/devices/{begun['user_code']}/confirmation")
    if how == "signed out":
        people.run(people.parts.sessions.end_all("p-zoe", "test", "it was stolen"))
    elif how == "idle":
        people.parts.sessions.idle_us = SECOND_US
        later(people, 2 * SECOND_US)
    else:
        people.commit(kind="person", person="p-zoe", bridge="company", active=False)
        if how == "disabled and back":
            people.commit(kind="person", person="p-zoe", bridge="company", active=True)
    before = set(people.registry.sessions)
    assert error_of(people, begun["device_code"]) == "access_denied"
    assert set(people.registry.sessions) == before
    people.parts.sessions.idle_us = 10 * LIFE_US
    assert patiently(people, begun["device_code"]) == "expired_token"


def test_only_a_person_in_a_browser_confirms(people):
    ada, begun = people.person("ada", "owners", passkey=False), begin(people)
    path = f"/v1/devices/{begun['user_code']}"
    for step in ("confirmation", "refusal"):
        assert people.machine(f"{path}/{step}").status == 403
        assert ada.post(f"{path}/{step}", cookie="").status == 401
        assert ada.post(f"{path}/{step}", cookie="", authorization=f"Bearer {ada.token}").status == 403
        assert ada.post(f"{path}/{step}", origin="https://evil.example").status == 403
    assert error_of(people, begun["device_code"]) == "authorization_pending"


@pytest.mark.parametrize("code", ["", "x", "BCDF-GHJ", "bcdf-ghjk", "%00", "A" * 5000])
def test_unknown_codes_are_nobody_s(people, code):
    assert ask(people, code).json["error"] == "expired_token"
    assert people.person("ada", passkey=False).post(f"/v1/devices/{code}/confirmation").status in {403, 404}


def test_the_code_of_the_person_is_none_of_the_terminal_and_the_other_way_round(people):
    ada, begun = people.person("ada", passkey=False), begin(people)
    assert error_of(people, begun["user_code"]) == "expired_token"
    assert ada.post(f"/v1/devices/{begun['device_code']}/confirmation").status == 404


def test_whoever_guesses_too_often_must_sign_in_again(people):
    ada, eve, begun = people.person("ada", passkey=False), people.person("eve", passkey=False), begin(people)
    for _ in range(MAX_GUESSES):
        assert ada.post("/v1/devices/BBBB-BBBB/confirmation").status == 404
    for step in ("confirmation", "refusal"):
        assert ada.post(f"/v1/devices/{begun['user_code']}/{step}").status == 403
    assert eve.post(f"/v1/devices/{begun['user_code']}/confirmation").status == 200


def test_only_so_many_terminals_wait_and_room_comes_back(people):
    for _ in range(MAX_WAITING - len(devices_of(people)._by_device)):  # noqa: SLF001 - what others left
        begin(people)
    assert begin(people)["status"] == 503
    later(people, LIFE_US)
    assert "device_code" in begin(people)


def test_another_grant_is_not_spoken(people):
    code = begin(people)["device_code"]
    for grant in ("", "password", "authorization_code", GRANT.upper()):
        answer = ask(people, code, grant)
        assert (answer.status, answer.json["error"]) == (400, "unsupported_grant_type")


def test_a_form_is_read_as_oauth_has_it(people):
    fields = {"grant_type": GRANT, "device_code": begin(people)["device_code"], "client_id": "x"}
    for kind in (FORM, f"{FORM}; charset=utf-8"):
        answer = people.ask("POST", "/device/token", urlencode(fields).encode(), {"content-type": kind})
        assert answer.json["error"] in {"authorization_pending", "slow_down"}


@pytest.mark.parametrize(
    "body", [b"", b"grant_type=x", b"device_code=x", b"\xff\xfe", b"&" * 50, b"a=1&" * 50, b"{", b"grant_type"]
)
@pytest.mark.parametrize("kind", [FORM, "application/json"])
def test_odd_bodies_are_refused(people, body, kind):
    assert people.ask("POST", "/device/token", body, {"content-type": kind}).status == 400


def test_no_code_goes_on_record_before_it_is_confirmed(people):
    seq = people.registry.seq
    code = begin(people)["device_code"]
    error_of(people, code)
    assert people.registry.seq == seq
