import pytest

from nameplate.domain.contracts import ACTION_CLASSES, ActionClass, Contract, Grant, action_class


@pytest.mark.parametrize(("action", "expected"), [("read", "read"), ("subscribe", "read"), ("grant", "admin")])
def test_known_actions_have_their_class(action, expected):
    assert action_class(action) == expected


@pytest.mark.parametrize("action", ["", "reads", "READ", "read ", "enter", "set_speed", "delete", "re\u0430d"])
def test_an_action_that_no_table_names_counts_as_a_write(action):
    assert action_class(action) is ActionClass.WRITE


def test_another_table_decides_alone():
    assert action_class("scan", {"scan": ActionClass.READ}) is ActionClass.READ
    assert action_class("read", {}) is ActionClass.WRITE


def test_the_table_holds_no_writes_since_everything_unknown_is_one():
    assert ActionClass.WRITE not in ACTION_CLASSES.values()


def test_a_contract_is_quoted_with_its_revision_but_compared_without():
    former, later = Contract("c", revision=1), Contract("c", revision=2)
    assert (former.name, later.name) == ("c@1", "c@2")
    assert former == later
    assert former != Contract("c", (Grant(("enter",), ("zone:a",)),), revision=1)


def test_a_grant_says_nothing_that_it_is_not_told():
    grant = Grant(("enter",), ("zone:a",))
    assert grant.approvals == 0
    conditions = (grant.during, grant.networks, grant.where, grant.unless, grant.rate, grant.presence, grant.payloads)
    assert not any(conditions)
