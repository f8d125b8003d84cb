import pytest

from nameplate.bridges.scim.naming import actor_names, folded, governed_key, team_id
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
