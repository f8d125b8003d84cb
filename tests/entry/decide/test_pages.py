import base64
import hashlib
import re

import pytest

from nameplate.entry.decide.pages import POLICY, problem_page, wants_page
from nameplate.entry.decide.replies import HttpError, Problem
from tests.entry.decide.crowd import crowd


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        yield made


def scope(method, accept):
    return {"method": method, "headers": [(b"accept", accept)]}


def test_only_a_browser_that_shows_it_to_a_person_wants_a_page():
    assert wants_page(scope("GET", b"text/html,*/*;q=0.8"))
    assert not wants_page(scope("GET", b"application/json"))
    assert not wants_page(scope("POST", b"text/html"))


def test_the_style_is_the_only_thing_that_the_policy_lets_in():
    _, body, headers = problem_page(HttpError(403, "role", "No.").problem)
    assert (b"content-security-policy", POLICY.encode()) in headers
    assert "unsafe" not in POLICY
    style = re.findall(rb"<style>(.*?)</style>", body)
    assert [base64.b64encode(hashlib.sha256(each).digest()).decode() in POLICY for each in style] == [True]
    assert b"style=" not in body
    assert b"<script" not in body


def test_what_came_from_outside_stays_text():
    _, body, _ = problem_page(Problem("t", "<i>", 404, "<script>x</script>", '"><b>'))
    assert b"<script" not in body
    assert b"<i>" not in body
    assert b"<b>" not in body


def test_who_may_not_is_told_on_a_page_and_can_leave(people):
    viewer = people.person("ada", "viewers")
    page = viewer.call("GET", "/console/people", accept="text/html")
    assert (page.status, page.headers[b"content-type"]) == (403, b"text/html; charset=utf-8")
    assert b"This is for: approver, auditor, owner, security." in page.body
    assert b'action="/console/sign-out"' in page.body
    assert viewer.call("GET", "/console/people").json["type"] == "urn:nameplate:problem:role"
    stranger = people.person("eve", "strangers")
    assert stranger.call("GET", "/console/", accept="text/html").status == 403


def test_where_the_console_is_away_the_page_says_so_without_it(people):
    owner = people.first()
    page = owner.call("GET", "/console/", accept="text/html")
    assert page.status == 503
    assert b"The managing process is not there." in page.body
    assert b"Try again" in page.body
    assert b"sign-out" not in page.body
