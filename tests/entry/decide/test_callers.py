"""Who calls: nobody is believed who says it of themselves, and a browser is not lent to other pages."""

from typing import Any

import pytest

from nameplate.entry.decide.callers import ANONYMOUS, Callers, bearer_token, caller_in, cookie_token, session_cookie
from nameplate.entry.decide.replies import HttpError
from tests.entry.decide.crowd import ORIGIN, crowd

POINTS = "/v1/point-tokens"


@pytest.fixture(name="people", scope="module")
def people_fixture(tmp_path_factory):
    with crowd(tmp_path_factory.mktemp("callers")) as made:
        yield made


def scope_of(*headers: tuple[str, str], method: str = "GET", uid: int | None = None) -> dict[str, Any]:
    said = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return {"method": method, "path": "/", "headers": said, "state": {} if uid is None else {"uid": uid}}


def session_of(people, name="ada", *groups):
    return people.person(name, *(groups or ("viewers",)), passkey=False)


def callers_of(people, bridge=""):
    return Callers(people.registry, people.parts.sessions, lambda _scope: bridge, lambda: ORIGIN)


def test_the_kernel_says_who_calls_on_the_control_socket(people):
    caller = callers_of(people).of(scope_of(uid=1234, method="POST"))
    assert (caller.name, caller.uid, caller.person, caller.roles) == ("uid:1234", 1234, "", frozenset())


def test_a_session_is_not_looked_at_where_the_kernel_has_spoken(people):
    token = session_of(people).token
    caller = callers_of(people).of(scope_of(("authorization", f"Bearer {token}"), uid=1234))
    assert (caller.name, caller.session) == ("uid:1234", None)


def test_a_bridge_is_known_by_its_token_before_anybody_else(people):
    token = session_of(people).token
    for uid in (None, 0):
        caller = callers_of(people, "hr").of(scope_of(("cookie", f"__Host-nameplate={token}"), method="POST", uid=uid))
        assert (caller.name, caller.session, caller.roles) == ("bridge:hr", None, frozenset())


def test_a_person_is_known_by_a_cookie_or_by_a_bearer_token_with_the_roles_of_now(people):
    ada = session_of(people, "cara", "viewers", "security", "strangers")
    by_cookie = callers_of(people).of(scope_of(("cookie", f"__Host-nameplate={ada.token}")))
    by_bearer = callers_of(people).of(scope_of(("authorization", f"bearer  {ada.token} "), method="POST"))
    assert (by_cookie.name, by_cookie.person, by_cookie.cookie) == ("person:p-cara", "p-cara", True)
    assert (by_bearer.name, by_bearer.person, by_bearer.cookie) == ("person:p-cara", "p-cara", False)
    assert sorted(by_cookie.roles) == sorted(by_bearer.roles) == ["security", "viewer"]
    people.commit(kind="person", person="p-cara", bridge="company", groups=["viewers"])
    assert sorted(callers_of(people).of(scope_of(("authorization", f"Bearer {ada.token}"))).roles) == ["viewer"]


def test_who_shows_nothing_is_anonymous(people):
    assert callers_of(people).of(scope_of(method="POST")) is ANONYMOUS
    assert (ANONYMOUS.person, ANONYMOUS.roles, ANONYMOUS.approved) == ("", frozenset(), False)


def test_a_wrong_bearer_token_is_not_helped_by_a_right_cookie(people):
    cookie = ("cookie", f"__Host-nameplate={session_of(people).token}")
    assert callers_of(people).of(scope_of(cookie, ("authorization", "Bearer nps_wrong"))) is ANONYMOUS


@pytest.mark.parametrize("method", ["POST", "DELETE", "get"])
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"origin": ""},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": f"{ORIGIN}.evil.example"},
        {"origin": ORIGIN.replace("http:", "https:")},
        {"origin": f"{ORIGIN}0"},
        {"origin": ORIGIN.upper()},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {"origin": ORIGIN, "sec-fetch-site": "none"},
        {"referer": f"{ORIGIN}/console"},
        {"host": "localhost:8470", "x-forwarded-host": "localhost:8470"},
    ],
)
def test_a_cookie_alone_changes_nothing_from_another_page(people, method, said):
    token = session_of(people, "dora").token
    with pytest.raises(HttpError) as caught:
        callers_of(people).of(scope_of(("cookie", f"__Host-nameplate={token}"), *said.items(), method=method))
    assert (caught.value.problem.status, caught.value.problem.type) == (403, "urn:nameplate:problem:origin")
    assert token not in str(caught.value)


def test_a_page_of_ours_may_change_something_and_any_page_may_link_to_us(people):
    cookie = ("cookie", f"__Host-nameplate={session_of(people).token}")
    for more in ((), (("sec-fetch-site", "same-origin"),)):
        assert callers_of(people).of(scope_of(cookie, ("origin", ORIGIN), *more, method="POST")).cookie
    for method in ("GET", "HEAD"):
        assert callers_of(people).of(scope_of(cookie, ("origin", "https://evil.example"), method=method)).cookie


def test_an_ended_session_is_nobody_s(people):
    ada = session_of(people, "emma", "owners")
    shown = scope_of(("authorization", f"Bearer {ada.token}"))
    assert callers_of(people).of(shown).person == "p-emma"
    people.run(people.parts.sessions.end_all("p-emma", "test", "it was stolen"))
    assert callers_of(people).of(shown) is ANONYMOUS


def test_the_sessions_of_a_disabled_person_are_nobody_s_also_once_they_are_back(people):
    ada = session_of(people, "fay", "owners")
    shown = scope_of(("authorization", f"Bearer {ada.token}"))
    for active in (False, True):
        people.commit(kind="person", person="p-fay", bridge="company", active=active)
        assert callers_of(people).of(shown) is ANONYMOUS


@pytest.mark.parametrize("limit", ["idle", "life"])
def test_an_expired_session_is_nobody_s(people, limit):
    sessions, ada = people.parts.sessions, session_of(people, f"gina-{limit}")
    shown, usual = scope_of(("authorization", f"Bearer {ada.token}")), sessions.clock
    until = callers_of(people).of(shown).session.until
    at = usual() + sessions.idle_us + 1 if limit == "idle" else until
    sessions.clock = lambda: at
    try:
        assert callers_of(people).of(shown) is ANONYMOUS
    finally:
        sessions.clock = usual


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "nps_x", "Basic nps_x", "Bearer npb_x", "Bearer npt_x", "Bearer  NPS_x", "Bearer\tnps_x"],
)
def test_what_is_no_session_token_is_not_taken_for_one(value):
    assert bearer_token(scope_of(("authorization", value))) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nps_x",
        "nameplate=nps_x",
        "__host-nameplate=nps_x",
        "__Host-nameplate-oidc=nps_x",
        "__Host-nameplate=nps_a; __Host-nameplate=nps_b",
        "__Host-nameplate=nps_a;__Host-nameplate=nps_a",
        "x__Host-nameplate=nps_a",
        "x=y__Host-nameplate=nps_a",
        "a[]=\x01; \x00=; __Host-nameplate",
        "=" * 5000,
    ],
)
def test_odd_cookies_name_nobody(people, text):
    assert cookie_token(scope_of(("cookie", text))) == ""
    assert callers_of(people).of(scope_of(("cookie", text))) is ANONYMOUS


def test_two_cookie_headers_do_not_choose_between_two_sessions():
    both = scope_of(("cookie", "__Host-nameplate=nps_a"), ("cookie", "__Host-nameplate=nps_b"))
    assert cookie_token(both) == ""


@pytest.mark.parametrize(
    "text",
    [
        "__Host-nameplate=nps_x",
        "theme=dark; __Host-nameplate=nps_x; lang=en",
        "__Host-nameplate=nps_x; __Host-nameplate-oidc=of-a-sign-in",
        "__Host-nameplate-oidc=of-a-sign-in; __Host-nameplate=nps_x",
        'map={"a":1}; x[y]=1; flag; __Host-nameplate=nps_x',
    ],
)
def test_our_cookie_is_found_among_others_also_while_a_sign_in_is_under_way(text):
    assert cookie_token(scope_of(("cookie", text))) == "nps_x"


def test_tokens_in_odd_letters_open_nothing(people):
    for name, value in (("authorization", "Bearer nps_\xff\xe9"), ("cookie", "__Host-nameplate=nps_\xff\xe9")):
        assert callers_of(people).of(scope_of((name, value))) is ANONYMOUS


def test_the_cookie_of_a_session_cannot_be_read_by_a_page_nor_set_by_a_neighbour():
    name, value = session_cookie("nps_x", 60)
    assert name == b"set-cookie"
    assert value == b"__Host-nameplate=nps_x; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60"
    assert session_cookie("", 0)[1].endswith(b"Max-Age=0")


def test_only_what_the_gate_has_put_there_is_a_caller():
    assert caller_in({}) is None
    assert caller_in({"caller": "person:p-ada"}) is None
    assert caller_in({"caller": ANONYMOUS}) is ANONYMOUS


@pytest.mark.parametrize("named", ["uid:0", "person:p-local", "bridge:company"])
def test_a_header_that_names_a_caller_is_not_believed(people, named):
    said = {"x-nameplate-caller": named, "content-type": "application/json"}
    assert people.ask("POST", POINTS, {"name": "forged"}, said).status == 401
    assert people.ask("POST", "/v1/me/session/end", {}, said).status == 401
    assert "forged" not in people.registry.callers


def test_over_the_wire_a_page_elsewhere_cannot_spend_a_cookie_but_a_terminal_needs_no_page(people):
    eve = session_of(people, "hope", "viewers")
    assert eve.post("/v1/me/session/end", origin="https://evil.example").status == 403
    assert eve.post("/v1/me/session/end", origin="").status == 403
    assert eve.call("GET", "/v1/me").status == 200
    bearer = {"cookie": "", "origin": "", "authorization": f"Bearer {eve.token}"}
    assert eve.post("/v1/me/session/end", **bearer).json == {"ended": 1}
    assert eve.post("/v1/me/session/end", **bearer).status == 401
