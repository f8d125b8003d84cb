import pytest

from nameplate.bridges.ldap.disabled import Disabled, read_disabled


def disabled(text, **attributes):
    found = {name.lower(): tuple(value.encode() for value in values) for name, values in attributes.items()}
    return any(each.holds(found) for each in read_disabled(text))


def test_an_attribute_that_stands_there_is_enough_but_for_a_plain_no():
    assert disabled("pwdAccountLockedTime", pwdAccountLockedTime=["000001010000Z"])
    assert disabled("nsAccountLock", nsAccountLock=["TRUE"])
    for value in ("FALSE", "false", "no", "0", ""):
        assert not disabled("nsAccountLock", nsAccountLock=[value])
    assert not disabled("pwdAccountLockedTime", cn=["x"])


def test_with_a_value_only_that_value_counts_whatever_its_case():
    assert disabled("employeeType=disabled", employeeType=["robot", "Disabled"])
    assert not disabled("employeeType=disabled", employeeType=["robot"])


def test_any_of_several_is_enough():
    text = "pwdAccountLockedTime, employeeType=left"
    assert disabled(text, employeeType=["left"])
    assert disabled(text, pwdAccountLockedTime=["20260101000000Z"])
    assert not disabled(text, employeeType=["here"])


@pytest.mark.parametrize("text", ["", " , "])
def test_nothing_is_no_rule(text):
    assert read_disabled(text) == ()


def test_a_rule_is_read_without_spaces():
    assert read_disabled(" A = b ") == (Disabled("a", b"b"),)
