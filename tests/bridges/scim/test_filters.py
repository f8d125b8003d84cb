import pytest
from scim2_models import InvalidFilterException, ScimFilter, User

from nameplate.bridges.scim.filters import equality, require_bounded


@pytest.mark.parametrize("text", ["a" * 3_000, "(" * 17, "[" * 17, "not " * 100])
def test_what_would_take_too_long_is_refused(text):
    with pytest.raises(InvalidFilterException):
        require_bounded(text)


def test_what_clients_send_is_not():
    require_bounded('(userName eq "a" or (active eq true and not (emails[type eq "x"])))')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('userName eq "ADA"', ("username", "ada")),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "Ada"', ("username", "ada")),
        ('externalId eq "Ab"', ("externalid", "Ab")),
        ('title eq "x"', None),
        ('userName co "x"', None),
        ('userName eq "x" and active eq true', None),
        ('emails.display eq "x"', None),
    ],
)
def test_only_what_is_looked_up_is(text, found):
    assert equality(ScimFilter[User](text)) == found
    assert equality(None) is None


def test_half_a_character_is_found_nowhere():
    with pytest.raises(InvalidFilterException):
        equality(ScimFilter[User]('userName eq "\\ud800"'))
