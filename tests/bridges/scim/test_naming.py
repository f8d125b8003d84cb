import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.scim.naming import actor_names, folded, governed_key, reference, team_id
from nameplate.domain.names import is_id

IDENT = "0123456789abcdef"


@pytest.mark.parametrize(
    ("told", "first"),
    [
        (["amr-1", None], "amr-1"),
        ([None, "bot_7"], "bot_7"),
        (["Robot 7 (west)", None], "robot-7-west-01234567"),
        (["ada@corp.example"], "ada-01234567"),
        (["Größe"], "groe-01234567"),
        (["機械"], "actor-01234567"),
        ([], "actor-01234567"),
        (["..", "-x-"], "x-01234567"),
        (["x" * 500], f"{'x' * 80}-01234567"),
    ],
)
def test_the_best_name_that_can_be_one(told, first):
    names = list(actor_names(told, IDENT))
    assert names[0] == first
    assert all(is_id(name) and "@" not in name for name in names)
    assert names[-1].endswith(IDENT)


def test_teams_have_ids_of_their_own_and_no_mail_address_is_one():
    assert (team_id("ops"), team_id("a@b.example"), team_id(" ")) == ("ops", "", "")
    assert is_id(team_id("Night shift"))
    assert team_id("Night shift") != team_id("Night  shift")


def test_comparison_and_keys():
    assert folded("\u00c4DA") == folded("A\u0308da")
    assert governed_key("a", "b/c") != governed_key("a/b", "c")
    assert len(governed_key("\ud800", "x")) == 64


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Users/0a1b", "Users/0a1b"),
        ("https://np.example/scim/v2/Users/0a?x=1", "https://np.example/scim/v2/Users/0a?x=1"),
        ("http://[::1]:8470/Users/0a", "http://[::1]:8470/Users/0a"),
        ("a%20b%zz", "a%20b%25zz"),
        (" l\r\nx: y", "%20l%0D%0Ax:%20y"),
        ("//[", "//%5B"),
        ("\N{PILE OF POO}#", "%F0%9F%92%A9%23"),
    ],
)
def test_a_reference_is_one(text, told):
    assert reference(text) == told


@given(st.text())
def test_whatever_it_was_a_reference_can_be_read_and_stays_as_it_is(text):
    found = reference(text)
    assert re.fullmatch(r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})*", found)
    assert reference(found) == found
    urlsplit(found)
