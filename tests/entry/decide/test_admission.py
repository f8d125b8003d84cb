"""The one gate: who is let in, what becomes a proposal, and what a browser that was led astray may do."""

import json

import pytest

from nameplate.domain.acts import act_of, allowed
from nameplate.domain.bridges import Role
from nameplate.entry.decide.admission import summary_of
from tests.entry.decide.crowd import ORIGIN, Somebody, crowd

STOP = {"order": "suspend", "actors": ["alice"], "reason": "A test."}
START = STOP | {"order": "activate"}


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        yield made


def test_until_somebody_is_in_charge_the_machine_does_everything(people):
    assert people.machine("/v1/point-tokens", {"name": "x"}).status == 200
    people.first()
    assert people.machine("/v1/point-tokens", {"name": "x"}).status == 202


def test_from_then_on_the_machine_reads_and_stops_and_proposes(people):
    people.first()
    assert people.machine("/v1/proposals", method="GET").status == 200
    assert people.machine("/v1/orders", STOP).status == 200
    before = people.registry.standings["alice"]
    answer = people.machine("/v1/orders", START)
    assert answer.status == 202
    assert answer.json["act"] == "activate"
    assert answer.json["approve"] == f"{ORIGIN}/console/approvals/{answer.json['proposal']}"
    assert people.registry.standings["alice"] == before


def test_what_is_not_there_is_no_proposal(people):
    people.first()
    eve = people.person("eve", "owners")
    before = len(people.registry.proposals)
    for answer in (people.machine("/v1/no-such-thing", {}), eve.post("/v1/no-such-thing", {})):
        assert (answer.status, answer.json["type"]) == (404, "urn:nameplate:problem:not_found")
    assert people.person("otto", "operators").post("/v1/no-such-thing", {}).status == 403
    assert len(people.registry.proposals) == before


def test_it_stays_so_when_nobody_is_in_charge_any_more(people):
    people.first()
    people.person("eve", "owners")
    people.commit(kind="person", person="p-eve", bridge="company", active=False)
    assert people.machine("/v1/point-tokens", {"name": "x"}).status == 202
    assert people.machine("/v1/first-owner-links").status == 200, "but a person can take charge again"


@pytest.mark.parametrize(
    "body",
    [
        b'{"order":"suspend","order":"activate","actors":["alice"],"reason":"x"}',
        b'{"order":"activate","actors":["alice"],"reason":"x"}',
        b'{"order":["suspend"],"actors":["alice"],"reason":"x"}',
        b'{"order":"Suspend","actors":["alice"],"reason":"x"}',
        b"[]",
        b"{",
        b"\xff",
        b"",
    ],
)
def test_what_is_not_clearly_a_stop_is_not_taken_for_one(people, body):
    people.first()
    people.machine("/v1/orders", STOP)
    answer = people.ask("POST", "/v1/orders", body, {"content-type": "application/json"}, uid=0)
    assert answer.status == 202
    assert people.registry.standings["alice"].state == "suspended"


def test_the_last_of_two_members_counts_for_the_gate_and_for_the_order(people):
    people.first()
    body = b'{"order":"activate","order":"suspend","actors":["alice"],"reason":"x"}'
    answer = people.ask("POST", "/v1/orders", body, {"content-type": "application/json"}, uid=0)
    assert (answer.status, answer.json["state"]) == (200, "suspended")


@pytest.mark.parametrize("role", Role)
def test_each_role_does_what_the_table_says(people, role):
    somebody = people.person("ada", f"{role}s" if role != Role.SECURITY else "security")
    for method, path, body in (
        ("GET", "/v1/proposals", None),
        ("GET", "/v1/credentials", None),
        ("POST", "/v1/orders", STOP),
        ("POST", "/v1/point-tokens", {"name": "x"}),
        ("POST", "/v1/credentials/remove", {"name": "x"}),
    ):
        act = act_of(method, path).given(body or {})
        expected = (202 if act.risky else 200) if allowed(act, {role}) else 403
        assert somebody.call(method, path, body).status == expected, (role, path)


def test_an_auditor_changes_nothing_whatever_else_they_are(people):
    both = people.person("ada", "auditors", "owners")
    assert both.call("GET", "/v1/credentials").status == 200
    assert both.post("/v1/orders", STOP).status == 403
    proposal = people.propose()
    assert both.approve(proposal).status == 403


def test_without_a_role_one_sees_oneself_and_nothing_else(people):
    nobody = people.person("ada", "strangers")
    assert nobody.call("GET", "/v1/me").json["roles"] == []
    assert nobody.call("GET", "/v1/proposals").status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ""},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost"},
        {"origin": "http://localhost:8470.evil.example"},
        {"origin": "HTTP://LOCALHOST:8470"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ],
)
def test_a_cookie_alone_changes_nothing(people, headers):
    owner = people.person("ada", "owners")
    assert owner.post("/v1/orders", STOP, **headers).status == 403
    assert people.registry.standings["alice"].state == "active"


def test_a_bearer_token_is_shown_on_purpose(people):
    owner = people.person("ada", "owners")
    bearer = {"cookie": "", "origin": "", "authorization": f"Bearer {owner.token}"}
    assert owner.post("/v1/orders", STOP, **bearer).status == 200


def test_browsers_are_led_to_the_sign_in_and_programs_are_told(people):
    stranger = Somebody(people, "")
    page = stranger.call("GET", "/console/actors", accept="text/html", cookie="")
    assert (page.status, page.headers[b"location"]) == (303, b"/console/sign-in?next=/console/actors")
    assert stranger.call("GET", "/console/actors", cookie="").status == 401
    assert stranger.post("/v1/apply", accept="text/html", cookie="").status == 401


def test_a_stranger_is_nobody_on_open_routes_too(people):
    assert Somebody(people, "").post("/v1/signin/challenge", cookie="", origin="https://evil.example").status == 200


def test_other_users_of_the_machine_are_kept_out(people):
    answer = people.ask("GET", "/v1/proposals", None, {}, uid=65534)
    assert answer.status == 403
    assert people.ask("GET", "/v1/me", None, {}, uid=0).status == 403, "and nobody on it is a person"


def test_a_summary_says_what_is_asked_and_never_a_secret():
    fields = {"name": "ldap", "value": "c2VjcmV0", "reason": "New.", "number": "26:1"}
    told = summary_of(act_of("POST", "/v1/credentials"), "/v1/credentials", fields)
    assert told == "key_put /v1/credentials, name ldap, reason New."
    assert len(summary_of(act_of("POST", "/v1/apply"), "/v1/apply", {"reason": "x" * 999})) == 200


@pytest.mark.parametrize("files", [None, 7, "x", [], [7, None, "x"], [{}], [{"name": 7}]])
def test_a_summary_names_the_files_that_are_to_be_declared(files):
    act = act_of("POST", "/v1/apply")
    good = [{"name": "fleet.yaml", "text": "secret"}, {"name": "doors.yaml", "text": ""}]
    assert summary_of(act, "/v1/apply", {"files": good}) == "declare /v1/apply, files fleet.yaml doors.yaml"
    assert summary_of(act, "/v1/apply", {"files": files}) == "declare /v1/apply"


def test_what_holds_a_secret_is_journalled_without_it(people):
    people.first()
    told = people.machine("/v1/credentials", {"name": "ldap", "value": "c2VjcmV0"})
    record = people.registry.proposals[told.json["proposal"]]
    assert "c2VjcmV0" not in json.dumps([getattr(record, name) for name in record.__slots__])
