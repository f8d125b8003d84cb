"""Tokens in headers and cookies: one of ours, or nothing."""

import os

import pytest

from nameplate.entry.decide.callers import Caller, bearer_token, caller_in, cookie_token, is_own_user, session_cookie


def scope(*headers):
    return {"headers": [(name.encode(), value.encode("latin-1")) for name, value in headers]}


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("Bearer nps_x", "nps_x"),
        ("bearer   nps_x ", "nps_x"),
        ("Bearer npt_x", ""),
        ("Basic nps_x", ""),
        ("nps_x", ""),
        ("Bearer", ""),
        ("Bearer \xe9", ""),
    ],
)
def test_a_bearer_token_is_one_of_a_session_or_none(value, token):
    assert bearer_token(scope(("authorization", value))) == token


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("__Host-nameplate=nps_x", "nps_x"),
        ("a=b; __Host-nameplate=nps_x; c=d", "nps_x"),
        ("__Host-nameplate-oidc=y; __Host-nameplate=nps_x", "nps_x"),
        ("__Host-nameplate-oidc=y", ""),
        ("__Host-nameplate=nps_x; __Host-nameplate=nps_y", ""),
        ("nameplate=nps_x", ""),
        ("__host-nameplate=nps_x", ""),
        ("__Host-nameplate", ""),
        ('__Host-nameplate="nps_x', ""),
        ("\x00=\x01; \xff", ""),
        ("", ""),
    ],
)
def test_a_cookie_is_ours_and_the_only_one_or_none(value, token):
    assert cookie_token(scope(("cookie", value))) == token


def test_two_headers_with_cookies_are_one_list():
    assert cookie_token(scope(("cookie", "a=b"), ("cookie", "__Host-nameplate=nps_x"))) == "nps_x"
    assert cookie_token(scope(("cookie", "__Host-nameplate=a"), ("cookie", "__Host-nameplate=b"))) == ""


def test_the_cookie_is_set_as_browsers_demand_it():
    name, value = session_cookie("nps_x", 60)
    assert name == b"set-cookie"
    parts = value.decode().split("; ")
    assert parts == ["__Host-nameplate=nps_x", "Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=60"]


def test_only_root_and_the_user_of_the_server_are_its_own():
    assert is_own_user(0)
    assert is_own_user(os.geteuid())
    assert not is_own_user(65534)


def test_nobody_is_let_in_by_what_only_looks_like_a_caller():
    assert caller_in({"caller": "uid:0"}) is None
    assert caller_in({}) is None
    assert caller_in({"caller": Caller("uid:0", 0)}) == Caller("uid:0", 0)
