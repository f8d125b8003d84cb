"""Signing in: what counts once, for whom, from where, and for how long."""

from typing import Any

import pytest

from nameplate.domain.people import LOCAL
from nameplate.flows.passkeys import LIFETIME_US
from tests.entry.decide.crowd import ORIGIN, Somebody, crowd
from tests.keys.webauthn.authenticator import PRESENT, Authenticator, text

DAY_US = 24 * 3600 * 1_000_000


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        yield made


def later(people, us):
    """The clock of everything that has to do with people."""
    now = people.parts.passkeys.clock() + us
    routes = people.process.app.routes["GET", "/v1/me"].__self__
    for part in (people.parts.passkeys, people.parts.sessions, people.parts.proposals, routes):
        part.clock = lambda: now


def test_the_first_owner_is_made_by_a_link_that_counts_once(people):
    link = people.machine("/v1/first-owner-links").json["link"]
    assert link.startswith(f"{ORIGIN}/console/sign-in/first#")
    secret = link.partition("#")[2]
    owner = Somebody(people, LOCAL)
    made = owner.authenticator.make(owner.post("/v1/first-owner/challenge", {"link": secret}).json)
    assert owner.post("/v1/first-owner", {"link": secret, **made}).json["roles"] == ["owner"]
    again = Somebody(people, LOCAL)
    assert again.post("/v1/first-owner/challenge", {"link": secret}).status == 409
    assert people.machine("/v1/first-owner-links").status == 409


def test_a_link_ends_with_the_next_and_a_wrong_one_opens_nothing(people):
    former = people.machine("/v1/first-owner-links").json["link"].partition("#")[2]
    people.machine("/v1/first-owner-links")
    for link in (former, "", "x" * 43):
        assert Somebody(people, LOCAL).post("/v1/first-owner/challenge", {"link": link}).status == 403


def test_strangers_get_no_link(people):
    assert Somebody(people, LOCAL).post("/v1/first-owner-links").status == 401
    owner = people.first()
    assert owner.post("/v1/first-owner-links").status == 403


def test_the_local_owner_ends_with_the_first_owner_of_the_company(people):
    local = people.first()
    assert local.call("GET", "/v1/me").status == 200
    people.person("ada", "approvers")
    assert people.registry.people[LOCAL].active
    ada = people.person("eve", "owners")
    assert not people.registry.people[LOCAL].active
    assert local.call("GET", "/v1/me").status == 401
    assert local.sign_in().status == 403
    assert ada.call("GET", "/v1/me").json["roles"] == ["owner"]


def test_who_signs_in_with_a_passkey_is_known_by_a_cookie_alone(people):
    ada = people.person("ada", "viewers")
    answer = ada.sign_in()
    assert answer.json == {"person": "p-ada", "roles": ["viewer"], "passkeys": 1, "until": answer.json["until"]}
    assert ada.token not in answer.body.decode()
    assert ada.call("GET", "/v1/me").status == 200
    assert ada.call("GET", "/v1/me", cookie="").status == 401
    assert ada.call("GET", "/v1/me", cookie="__Host-nameplate=nps_wrong").status == 401
    assert ada.call("GET", "/v1/me", cookie=f"__Host-nameplate=a; __Host-nameplate={ada.token}").status == 401
    assert ada.call("GET", "/v1/me", cookie="", authorization=f"Bearer {ada.token}").status == 200


@pytest.mark.parametrize(
    ("what", "change"),
    {
        "another origin": lambda each: setattr(each, "origin", "https://evil.example"),
        "another port": lambda each: setattr(each, "origin", "http://localhost:1"),
        "another relying party": lambda each: setattr(each, "host", "evil.example"),
        "a user who was not verified": lambda each: setattr(each, "flags", PRESENT),
        "a user who was not there": lambda each: setattr(each, "flags", 0x04),
        "a page within another": lambda each: setattr(each, "cross_origin", True),
        "a counter that stands still": lambda each: setattr(each, "counter", 0),
        "an unknown credential": lambda each: setattr(each, "id", b"unknown"),
        "another key": lambda each: setattr(each, "key", Authenticator(ORIGIN).key),
    }.items(),
)
def test_a_proof_that_is_not_whole_signs_nobody_in(people, what, change):
    ada = people.person("ada", "owners")
    assert ada.sign_in().status == 200
    before = set(people.registry.sessions)
    change(ada.authenticator)
    assert ada.sign_in().status == 403, what
    assert set(people.registry.sessions) == before


def test_a_counter_that_falls_back_raises_a_finding_but_only_with_a_right_signature(people):
    ada = people.person("ada", "owners")
    found: list[Any] = []
    people.parts.ledger.noticed = found.append
    ada.sign_in()
    ada.authenticator.counter = 0
    ada.sign_in()
    assert [each["finding"] for each in found if each["kind"] == "finding"] == ["passkey_copied"]
    ada.authenticator.key = Authenticator(ORIGIN).key
    ada.authenticator.counter = 0
    ada.sign_in()
    assert len([each for each in found if each["kind"] == "finding"]) == 1


def test_a_challenge_counts_once_for_its_purpose_and_two_minutes(people):
    ada = people.person("ada", "owners")
    asked = ada.post("/v1/signin/challenge").json
    shown = ada.authenticator.show(asked)
    assert ada.post("/v1/signin", shown).status == 200
    assert ada.post("/v1/signin", shown).status == 403
    ada.authenticator.counter += 5
    assert ada.post("/v1/signin", ada.authenticator.show(asked)).status == 403
    making = ada.post("/v1/me/passkeys/challenge").json
    assert ada.post("/v1/signin", ada.authenticator.show(making)).status == 403
    stale = ada.post("/v1/signin/challenge").json
    assert ada.post("/v1/signin", ada.authenticator.show(stale, challenge=text(bytes(32)))).status == 403
    later(people, LIFETIME_US + 1)
    assert ada.post("/v1/signin", ada.authenticator.show(stale)).status == 403


@pytest.mark.parametrize("nonce", ["", "x", "===", "é", "A" * 76, "A" * 10_000])
def test_odd_nonces_are_refused(people, nonce):
    ada = people.person("ada", "owners")
    shown = ada.authenticator.show(ada.post("/v1/signin/challenge").json)
    assert ada.post("/v1/signin", shown | {"nonce": nonce}).status == 403


@pytest.mark.parametrize("credential", [{}, {"id": 1}, {"id": "x", "response": []}, {"id": "x", "response": {}}])
def test_odd_credentials_are_refused(people, credential):
    ada = people.person("ada", "owners")
    asked = ada.post("/v1/signin/challenge").json
    known = {"id": text(ada.authenticator.id)} | {name: each for name, each in credential.items() if name != "id"}
    for said in (credential, known, known | {"response": {"clientDataJSON": "x", "signature": 1}}):
        assert ada.post("/v1/signin", {"nonce": asked["nonce"], "credential": said}).status == 403


def test_whoever_the_company_disables_is_signed_out_at_once_and_stays_out(people):
    ada = people.person("ada", "owners")
    people.commit(kind="person", person="p-ada", bridge="company", active=False)
    assert ada.call("GET", "/v1/me").status == 401
    assert ada.sign_in().status == 403


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(people):
    ada, eve = people.person("ada", "owners"), people.person("eve", "owners")
    idle = people.parts.sessions.idle_us
    later(people, idle * 9 // 10)
    assert ada.call("GET", "/v1/me").status == 200
    later(people, idle * 2 // 10)
    assert ada.call("GET", "/v1/me").status == 200
    assert eve.call("GET", "/v1/me").status == 401
    for _ in range(40):
        later(people, idle * 9 // 10)
        ada.call("GET", "/v1/me")
    assert ada.call("GET", "/v1/me").status == 401


def test_a_token_is_worth_nothing_after_signing_out(people):
    ada = people.person("ada", "owners")
    answer = ada.post("/v1/me/session/end")
    assert answer.json == {"ended": 1}
    assert b"Max-Age=0" in answer.headers[b"set-cookie"]
    assert ada.call("GET", "/v1/me").status == 401
    assert ada.call("GET", "/v1/me", cookie="", authorization=f"Bearer {ada.token}").status == 401


def test_the_button_of_the_console_signs_out_too_but_not_from_elsewhere(people):
    ada = people.person("ada", "owners")
    assert ada.post("/console/sign-out", origin="https://evil.example").status == 303
    assert ada.call("GET", "/v1/me").status == 200
    assert ada.post("/console/sign-out").headers[b"location"] == b"/console/sign-in"
    assert ada.call("GET", "/v1/me").status == 401


def test_others_can_sign_somebody_out(people):
    ada, eve = people.person("ada", "viewers"), people.person("eve", "security")
    assert ada.post("/v1/people/p-eve/sessions/end", {"reason": "x"}).status == 403
    assert eve.post("/v1/people/p-ada/sessions/end", {"reason": "x"}).json == {"ended": 1}
    assert eve.post("/v1/people/p-nobody/sessions/end", {"reason": "x"}).status == 404
    assert ada.call("GET", "/v1/me").status == 401


def test_another_passkey_takes_a_fresh_proof_of_the_first(people):
    ada = people.person("ada", "owners")
    later(people, 6 * 60 * 1_000_000)
    answer = ada.post("/v1/me/passkeys/challenge")
    assert answer.status == 401
    assert b'error="insufficient_user_authentication"' in answer.headers[b"www-authenticate"]


def test_a_passkey_is_bound_once_and_to_whoever_asked(people):
    ada, eve = people.person("ada", "owners", passkey=False), people.person("eve", "owners", passkey=False)
    made = ada.authenticator.make(ada.post("/v1/me/passkeys/challenge").json)
    assert eve.post("/v1/me/passkeys", made).status == 403
    assert ada.post("/v1/me/passkeys", made).status == 200
    again = ada.authenticator.make(ada.post("/v1/me/passkeys/challenge").json)
    assert ada.post("/v1/me/passkeys", again).status == 409
